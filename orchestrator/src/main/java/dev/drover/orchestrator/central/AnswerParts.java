package dev.drover.orchestrator.central;

import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.camel.util.IOHelper;

/** How the parts of an answer of central are read: its status, its kind of content, its body. */
public final class AnswerParts {
  /** The kind of content of every answer. */
  public static final String JSON = "application/json";

  /** Values and marks of an answer that is read as a whole: a tree takes many times its text. */
  public static final long MOST_TOKENS = 300_000;

  private AnswerParts() {}

  /** An error body without its packing; as it came when it cannot be unpacked. */
  static byte[] plain(byte[] body, long most) {
    try {
      return PackedAnswer.unpack(body, most);
    } catch (ProtocolException e) {
      return body;
    }
  }

  /** The answer's bytes, so many at the most; what comes behind them is not read. */
  static byte[] read(Exchange exchange, int most) {
    try (InputStream in = exchange.getMessage().getBody(InputStream.class)) {
      return in == null ? new byte[0] : in.readNBytes(most);
    } catch (IOException e) {
      throw new CentralAwayException("central's answer broke off: " + e.getMessage(), e);
    } finally {
      // Nobody behind this may touch what is read, or broken.
      exchange.getMessage().setBody(null);
    }
  }

  static void close(Exchange exchange) {
    if (exchange.getMessage().getBody() instanceof InputStream in) {
      exchange.getMessage().setBody(null);
      try {
        in.close();
      } catch (IOException e) {
        throw new CentralAwayException("central's answer broke off: " + e.getMessage(), e);
      }
    }
  }

  /** The circuit breaker has ended what Camel would close it with. */
  static void closeInTheEnd(Exchange exchange) {
    if (exchange.getMessage().getBody() instanceof InputStream in) {
      exchange
          .getExchangeExtension()
          .addOnCompletion(
              new SynchronizationAdapter() {
                @Override
                public void onDone(Exchange ended) {
                  IOHelper.close(in);
                }
              });
    }
  }

  /** How a body begins, for people. */
  static String excerpt(byte[] body) {
    String text = new String(body, 0, Math.min(body.length, 80), StandardCharsets.UTF_8);
    return '"' + text.replaceAll("[\\p{Cntrl}\\p{Zs}]+", " ") + '"';
  }

  static String type(Exchange exchange) {
    String type = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, String.class);
    return type == null ? "no kind of content" : shortly(type);
  }

  static boolean json(Exchange exchange) {
    String type = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, "", String.class);
    return type.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT).equals(JSON);
  }

  static String shortly(String text) {
    return text.length() > 100 ? text.substring(0, 100) + "…" : text;
  }

  /** The HTTP status of central's answer. */
  public static int status(Exchange exchange) {
    return exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
  }

  /** The error code of central's answer, for people. */
  public static String code(Exchange exchange) {
    return code(exchange.getMessage().getBody(byte[].class));
  }

  /** The code of the protocol's error body; empty when it is none. */
  public static String code(byte[] body) {
    try {
      AnswerTokens.require(body, MOST_TOKENS);
      return Json.tree(body).path("error").path("code").asText("");
    } catch (ProtocolException e) {
      return "";
    }
  }
}
