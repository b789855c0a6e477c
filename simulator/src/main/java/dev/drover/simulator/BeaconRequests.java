package dev.drover.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.SignatureForm;
import dev.drover.engine.crypto.SignatureForm.Hashing;
import dev.drover.engine.crypto.SignatureForm.Layout;
import dev.drover.engine.crypto.SignatureForm.Text;
import dev.drover.engine.crypto.Signatures;
import dev.drover.proto.Json;
import dev.drover.simulator.BeaconFleet.Turn;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPrivateKey;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** The requests of a simulated beacon to its mall's door, and what their answers mean for it. */
public final class BeaconRequests {
  /** Exchange property: {@code register}, {@code heartbeat} or {@code access-logs}. */
  public static final String KIND = "DroverBeaconReport";

  private static final String TURN = "DroverBeaconTurn";
  private static final int NOT_FOUND = 404;

  /** What mbedTLS and openssl make. */
  private static final SignatureForm FORM =
      new SignatureForm(Hashing.SINGLE, Layout.DER, Text.BASE64);

  private final BeaconFleet fleet;

  /** Requests of these beacons. */
  public BeaconRequests(BeaconFleet fleet) {
    this.fleet = fleet;
  }

  /** The beacon asks for a challenge; the body is its {@link Turn}. */
  public void ask(Exchange exchange) {
    Turn turn = exchange.getMessage().getBody(Turn.class);
    exchange.setProperty(TURN, turn);
    exchange.setProperty(KIND, turn.report().kind());
    Message message = exchange.getMessage();
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    message.setBody(Json.text(Map.of("device_id", turn.beacon().deviceId())));
  }

  /** The beacon signs the challenge together with the exact bytes of its report. */
  public void sign(Exchange exchange) {
    Turn turn = turn(exchange);
    String nonce = answer(exchange).path("nonce").asText();
    byte[] body = turn.report().body();
    ByteArrayOutputStream signed = new ByteArrayOutputStream();
    signed.writeBytes(nonce.getBytes(StandardCharsets.UTF_8));
    signed.writeBytes(body);
    ECPrivateKey key = (ECPrivateKey) turn.beacon().key().getPrivate();
    Message message = exchange.getMessage();
    message.setHeaders(Map.of());
    message.setHeader("X-Device-ID", turn.beacon().deviceId());
    message.setHeader("X-Nonce", nonce);
    message.setHeader("X-Signature", Signatures.sign(key, signed.toByteArray(), FORM));
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    message.setBody(body);
  }

  /** The mall has answered: the report is done, or comes again. */
  public void settle(Exchange exchange) {
    int status = exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    if (status / 100 == 2) {
      fleet.acknowledged(turn(exchange), answer(exchange));
    } else if (status == NOT_FOUND && !BeaconReport.REGISTER.equals(exchange.getProperty(KIND))) {
      fleet.forgotten(turn(exchange));
    } else {
      throw new IllegalStateException(
          "the mall answered " + status + " " + answer(exchange).at("/error/code").asText());
    }
  }

  /** Nobody answered, or not well: the beacon keeps its report. */
  public void failed(Exchange exchange) {
    fleet.failed(turn(exchange));
  }

  private static JsonNode answer(Exchange exchange) {
    return Json.tree(exchange.getMessage().getBody(byte[].class));
  }

  private static Turn turn(Exchange exchange) {
    return exchange.getProperty(TURN, Turn.class);
  }
}
