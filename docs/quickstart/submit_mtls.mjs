// Submit a transmission by REST from node, over a connection that your certificate proves (mutual TLS).
//
//     node submit_mtls.mjs https://GATEWAY key.pem certificate.pem transmission.json
//
// certificate.pem is the one that you enrolled; no token is needed. Writes the receipt to
// receipt.json: `siseri-gateway verify` proves it offline. No package is needed.

import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { text } from "node:stream/consumers";

const [address, keyFile, certificateFile, file] = process.argv.slice(2);
const options = {
  method: "POST",
  headers: { "content-type": "application/json" },
  key: readFileSync(keyFile),
  cert: readFileSync(certificateFile),
};

const answer = await new Promise((resolve, reject) => {
  const sent = request(new URL("/v1/transmissions", address), options, resolve);
  sent.on("error", reject);
  sent.end(readFileSync(file));
});
const receipt = await text(answer);
if (answer.statusCode !== 200 && answer.statusCode !== 422) throw new Error(receipt);
writeFileSync("receipt.json", receipt);
console.log(JSON.parse(receipt).acknowledgement.disposition);
