// The same message through the npm package `soap` as a server on the gateway's own WSDL: it parses, turns
// the message into an object by the WSDL, counts the lines and answers; it has no validation by schema.
// Arguments: the WSDL, a folder of messages. Standard output: CPU seconds of each, client included, and
// peak memory, as JSON.
const fs = require("fs");
const http = require("http");
const path = require("path");
const soap = require("soap");

function lines(transmission) {
  const found = transmission.results.result;
  return Array.isArray(found) ? found.length : 1;
}

function submit(given) {
  return { receipt: { canonicalSha256: `ACCEPTED ${lines(given.transmission)}` } };
}

function post(port, body) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "text/xml; charset=utf-8", soapaction: '""' };
    const request = http.request({ port, path: "/soap/v1", method: "POST", headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve(Buffer.concat(chunks).toString()));
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function main() {
  const [wsdl, folder] = process.argv.slice(2);
  const server = http.createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const operations = { SubmitTransmission: submit };
  const ports = { GatewaySoap11: operations, GatewaySoap12: operations };
  await new Promise((resolve, reject) => {
    soap.listen(server, {
      path: "/soap/v1",
      services: { GatewayService: ports },
      xml: fs.readFileSync(wsdl, "utf8"),
      uri: wsdl,
      callback: (error) => (error ? reject(error) : resolve()),
    });
  });
  const cpu = [];
  for (const name of fs.readdirSync(folder).sort()) {
    const body = fs.readFileSync(path.join(folder, name));
    const before = process.cpuUsage();
    const answer = await post(server.address().port, body);
    const used = process.cpuUsage(before);
    cpu.push((used.user + used.system) / 1e6);
    const count = body.toString().split("<result>").length - 1;
    if (!answer.includes(`ACCEPTED ${count}`)) throw new Error(answer.slice(0, 600));
  }
  const peak = Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
  process.stdout.write(JSON.stringify({ cpu, peak }));
  process.exit(0);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
