// Submit a transmission by REST from node, with a token that your own key asks for (private_key_jwt).
//
//     node submit.mjs https://GATEWAY CLIENT_ID key.pem transmission.json
//
// key.pem is the P-256 key that you enrolled. Writes the receipt to receipt.json: `siseri-gateway
// verify` proves it offline. No package is needed.

import { createHash, createPrivateKey, createPublicKey, randomUUID, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const [address, client, keyFile, file] = process.argv.slice(2);
const key = createPrivateKey(readFileSync(keyFile));
const { crv, kty, x, y } = createPublicKey(key).export({ format: "jwk" });
const kid = createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");

async function token() {
  const metadata = await (await fetch(`${address}/.well-known/oauth-authorization-server`)).json();
  const now = Math.floor(Date.now() / 1000);
  const encoded = [
    { alg: "ES256", kid, typ: "client-authentication+jwt" },
    { iss: client, sub: client, aud: metadata.issuer, iat: now, exp: now + 60, jti: randomUUID() },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  const input = encoded.join(".");
  const signature = sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
  const answer = await fetch(metadata.token_endpoint, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: `${input}.${signature.toString("base64url")}`,
    }),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(`no token: ${said.error}`);
  return said.access_token;
}

const answer = await fetch(`${address}/v1/transmissions`, {
  method: "POST",
  headers: { authorization: `Bearer ${await token()}`, "content-type": "application/json" },
  body: readFileSync(file),
});
const receipt = await answer.text();
if (answer.status !== 200 && answer.status !== 422) throw new Error(receipt);
writeFileSync("receipt.json", receipt);
console.log(JSON.parse(receipt).acknowledgement.disposition);
