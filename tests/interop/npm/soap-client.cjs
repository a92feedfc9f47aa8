// A client generated from the gateway's WSDL by the npm package `soap`. Standard input: {wsdl, token,
// soap12, calls: [[operation, arguments]…]}; standard output: what each call answered, as JSON.
const soap = require("soap");

async function main() {
  const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const client = await soap.createClientAsync(asked.wsdl, { forceSoap12Headers: asked.soap12 });
  client.setSecurity(new soap.BearerSecurity(asked.token));
  const port = client.GatewayService[asked.soap12 ? "GatewaySoap12" : "GatewaySoap11"];
  const answers = [];
  for (const [operation, given] of asked.calls) {
    answers.push(await call(port, operation, given, client));
  }
  process.stdout.write(JSON.stringify(answers));
}

function call(port, operation, given, client) {
  return new Promise((resolve) => {
    port[operation](given, (error, result, raw) => {
      if (error) {
        const fault = error.root && error.root.Envelope.Body.Fault;
        resolve({ error: error.message, fault: fault || null });
      } else {
        resolve({ result, raw, sent: client.lastRequest });
      }
    });
  });
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
