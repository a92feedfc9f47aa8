#!/bin/sh
# An access token by your own key (private_key_jwt), with openssl and curl alone.
#
#     sh token.sh https://GATEWAY CLIENT_ID key.pem
#
# key.pem is the P-256 key that you enrolled. Prints the token; then:
#
#     curl -H "Authorization: Bearer $TOKEN" https://GATEWAY/v1/me
#
# With a certificate instead of a key, no assertion is needed:
#
#     curl --cert certificate.pem --key key.pem -d grant_type=client_credentials \
#         -d client_id=CLIENT_ID https://GATEWAY/oauth/token
set -eu
address=$1 client=$2 key=$3

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
bytes() { tr -d '\n' | sed 's/../\\x&/g' | xargs -0 printf '%b'; }

# kid: the RFC 7638 thumbprint of the public key, whose last 64 octets in DER are x and y
point=$(openssl pkey -in "$key" -pubout -outform DER | tail -c 64 | od -An -v -tx1 | tr -d ' \n')
x=$(printf %s "$point" | cut -c 1-64 | bytes | base64url)
y=$(printf %s "$point" | cut -c 65-128 | bytes | base64url)
jwk="{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"$x\",\"y\":\"$y\"}"
kid=$(printf %s "$jwk" | openssl dgst -sha256 -binary | base64url)

now=$(date +%s)
header=$(printf '{"alg":"ES256","kid":"%s","typ":"client-authentication+jwt"}' "$kid" | base64url)
claims=$(printf '{"iss":"%s","sub":"%s","aud":"%s","iat":%d,"exp":%d,"jti":"%s"}' \
    "$client" "$client" "$address" "$now" "$((now + 60))" "$(openssl rand -hex 16)" | base64url)

# ES256 wants r and s as 32 octets each; openssl gives them in DER
signature=$(printf %s "$header.$claims" | openssl dgst -sha256 -sign "$key" |
    openssl asn1parse -inform DER | sed -n 's/.*INTEGER *://p' |
    while read -r number; do printf '%64s' "$number" | tr ' ' 0; done | bytes | base64url)

curl --silent --show-error --fail-with-body "$address/oauth/token" \
    --data grant_type=client_credentials \
    --data client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
    --data "client_assertion=$header.$claims.$signature" |
    sed 's/.*"access_token":"\([^"]*\)".*/\1/'
