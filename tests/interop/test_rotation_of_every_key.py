"""Keys of both providers and ours change while people sign in: nobody notices.

`make sign-ins` does it 200 times with each kind of provider (docs/identity.md).
"""

from tests.sign_ins import ROTATIONS, sign_ins

A_FEW = 16


def test_keys_of_every_party_are_rotated_while_people_sign_in_and_nobody_fails(federated):
    federated.believe()
    outcome = sign_ins(federated, A_FEW)
    assert (outcome.rotations, outcome.failures) == (ROTATIONS, [])
