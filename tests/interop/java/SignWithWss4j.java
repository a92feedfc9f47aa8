// Signs envelopes with Apache WSS4J 1.6, what CXF 2 and Axis2 sign with, as their defaults write them.
// Argument: password; standard input: one request a line, tab-separated: keystore (PKCS#12), signature
// algorithm, digest, kind of key identifier, envelope in base64; standard output: each signed, in base64.
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.ws.security.WSConstants;
import org.apache.ws.security.WSEncryptionPart;
import org.apache.ws.security.components.crypto.Crypto;
import org.apache.ws.security.components.crypto.CryptoFactory;
import org.apache.ws.security.message.WSSecHeader;
import org.apache.ws.security.message.WSSecSignature;
import org.apache.ws.security.message.WSSecTimestamp;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

public class SignWithWss4j {
  static final String ADDRESSING = "http://www.w3.org/2005/08/addressing";

  public static void main(String[] arguments) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] asked = line.split("\t");
      Crypto crypto = crypto(asked[0], arguments[0]);
      byte[] envelope = Base64.getDecoder().decode(asked[4]);
      String signed = sign(envelope, crypto, arguments[0], asked);
      byte[] octets = signed.getBytes(StandardCharsets.UTF_8);
      System.out.println(Base64.getEncoder().encodeToString(octets));
    }
  }

  static Crypto crypto(String keystore, String password) throws Exception {
    String merlin = "org.apache.ws.security.crypto.merlin.keystore.";
    Properties properties = new Properties();
    properties.put("org.apache.ws.security.crypto.provider",
        "org.apache.ws.security.components.crypto.Merlin");
    properties.put(merlin + "type", "PKCS12");
    properties.put(merlin + "file", keystore);
    properties.put(merlin + "password", password);
    properties.put(merlin + "alias", "sender");
    return CryptoFactory.getInstance(properties);
  }

  static String sign(byte[] envelope, Crypto crypto, String password, String[] asked) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    Document document = factory.newDocumentBuilder().parse(new ByteArrayInputStream(envelope));
    WSSecHeader header = new WSSecHeader();
    header.insertSecurityHeader(document);
    WSSecSignature signature = new WSSecSignature();
    signature.setUserInfo("sender", password);
    signature.setSignatureAlgorithm(asked[1]);
    signature.setDigestAlgo(asked[2]);
    signature.setKeyIdentifierType(identifier(asked[3]));
    signature.setParts(parts(document));
    WSSecTimestamp timestamp = new WSSecTimestamp();
    timestamp.setTimeToLive(300);
    timestamp.build(document, header);
    signature.build(document, crypto, header);
    Transformer transformer = TransformerFactory.newInstance().newTransformer();
    transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
    StringWriter text = new StringWriter();
    transformer.transform(new DOMSource(document), new StreamResult(text));
    return text.toString();
  }

  static int identifier(String name) {
    switch (name) {
      case "DirectReference": return WSConstants.BST_DIRECT_REFERENCE;
      case "IssuerSerial": return WSConstants.ISSUER_SERIAL;
      case "SKIKeyIdentifier": return WSConstants.SKI_KEY_IDENTIFIER;
      default: return WSConstants.THUMBPRINT_IDENTIFIER;
    }
  }

  // Timestamp, Body and the header blocks of WS-Addressing
  static List<WSEncryptionPart> parts(Document document) {
    List<WSEncryptionPart> parts = new ArrayList<>();
    String soap = document.getDocumentElement().getNamespaceURI();
    parts.add(new WSEncryptionPart("Timestamp", WSConstants.WSU_NS, ""));
    parts.add(new WSEncryptionPart("Body", soap, ""));
    Node header = document.getElementsByTagNameNS(soap, "Header").item(0);
    for (Node block = header.getFirstChild(); block != null; block = block.getNextSibling()) {
      if (block instanceof Element && ADDRESSING.equals(block.getNamespaceURI())) {
        parts.add(new WSEncryptionPart(block.getLocalName(), ADDRESSING, ""));
      }
    }
    return parts;
  }
}
