// The second verifier over many cases in one process. Standard input: {cases: [{receipt, trust, policy?, requireTimestamp}]},
// the files in base64. Standard output: a list of as many outcomes.
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { CannotDo, NotProved, readPolicy, readRegister, verify } from "../../../docs/verifier/verify.mjs";

const kept = new Map();
function once(read, encoded) {
  if (!kept.has(encoded)) kept.set(encoded, read(Buffer.from(encoded, "base64")));
  return kept.get(encoded);
}

// how many signatures of certificates were verified: work counted, where time would depend on the machine
let verified = 0;
const { verify: verifyCertificate } = X509Certificate.prototype;
X509Certificate.prototype.verify = function (key) {
  verified += 1;
  return verifyCertificate.call(this, key);
};

const told = (at) => (at === null ? null : new Date(at).toISOString());

function outcome({ receipt, trust, policy, requireTimestamp }) {
  try {
    const { steps, seenAt, timestampedAt, acknowledgement } = verify(
      Buffer.from(receipt, "base64"),
      once(readRegister, trust),
      policy ? once(readPolicy, policy) : undefined,
      requireTimestamp,
    );
    const times = { seenAt: told(seenAt), timestampedAt: told(timestampedAt) };
    return { outcome: "proved", steps: steps.length, ...times, acknowledgement: acknowledgement.toString("base64") };
  } catch (error) {
    if (error instanceof NotProved) return { outcome: "not proved", step: error.step, reason: error.en };
    if (error instanceof CannotDo) return { outcome: "cannot be done", reason: error.en };
    throw error;
  }
}

function counted(one) {
  verified = 0;
  return { ...outcome(one), verified };
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).cases.map(counted)));
