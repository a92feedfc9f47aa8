// Submit by SOAP with node, each request signed with your certificate (WS-Security X.509).
//
//     npm install soap
//     node soap_node.cjs https://GATEWAY/soap/v1?wsdl key.pem certificate.pem Ping '{}'
//
// The profile of the gateway: docs/soap-security.md. The package `soap` signs with RSA; the class
// below teaches it ECDSA, which is what a key of the gateway's own authority uses.
const crypto = require("crypto");
const fs = require("fs");
const soap = require("soap");

const ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
const EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#";
const TIMESTAMP_S = 300;

class EcdsaSha256 {
  getAlgorithmName = () => ECDSA_SHA256;
  getSignature(signedInfo, { key, passphrase }) {
    const signing = { key, passphrase, dsaEncoding: "ieee-p1363" }; // r || s, as XML-Signature has it
    return crypto.createSign("sha256").update(signedInfo).sign(signing, "base64");
  }
}

// The signature of the package, with a Timestamp of five minutes instead of its ten.
class SignedRequests extends soap.WSSecurityCert {
  constructor(key, certificate) {
    super(key, certificate, "", {
      hasTimeStamp: false,
      signatureAlgorithm: ECDSA_SHA256,
      signatureTransformations: [EXCLUSIVE_C14N],
      signerOptions: { idMode: "wssecurity" },
      additionalReferences: ["wsu:Timestamp"],
    });
    this.signer.SignatureAlgorithms[ECDSA_SHA256] = EcdsaSha256;
  }

  postProcess(envelope, prefix) {
    const created = Math.floor(Date.now() / 1000);
    const instant = (s) => new Date(s * 1000).toISOString();
    this.appendElement =
      `<wsu:Timestamp><wsu:Created>${instant(created)}</wsu:Created>` +
      `<wsu:Expires>${instant(created + TIMESTAMP_S)}</wsu:Expires></wsu:Timestamp>`;
    this.signer.references = [];
    return super.postProcess(envelope, prefix);
  }
}

async function connect(wsdl, keyFile, certificateFile, options = {}) {
  const client = await soap.createClientAsync(wsdl, options);
  const read = (file) => fs.readFileSync(file, "utf8");
  client.setSecurity(new SignedRequests(read(keyFile), read(certificateFile)));
  return client;
}

async function main([wsdl, keyFile, certificateFile, operation, given]) {
  const client = await connect(wsdl, keyFile, certificateFile);
  const [result, raw] = await client[`${operation}Async`](JSON.parse(given));
  void result; // the receipt in `raw` verifies offline, byte for byte
  process.stdout.write(raw);
}

module.exports = { connect, SignedRequests };
if (require.main === module) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
}
