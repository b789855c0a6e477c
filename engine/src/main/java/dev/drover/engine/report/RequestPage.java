package dev.drover.engine.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.proto.ProtocolException;
import java.util.Optional;

/**
 * Which part of the answer to a request for access logs a batch is (document 1, section 2.4): the
 * additive {@code page} and {@code has_more} beside {@code request_id}. A batch that says neither
 * is the whole answer.
 *
 * @param requestId the request of central
 * @param page from 1
 * @param more whether another page follows
 */
public record RequestPage(String requestId, int page, boolean more) {
  /** How many pages an answer may have: what is noted of them must fit one document. */
  public static final int MOST = 100_000;

  /**
   * Reads the fields of a batch; empty when it answers no request.
   *
   * @throws ProtocolException VALIDATION_FAILED
   */
  static Optional<RequestPage> read(ObjectNode body) {
    return Fields.text(body, "request_id")
        .map(id -> new RequestPage(id, page(body.path("page")), more(body.path("has_more"))));
  }

  private static int page(JsonNode page) {
    if (page.isMissingNode() || page.isNull()) {
      return 1;
    }
    if (!page.isInt() || page.intValue() < 1 || page.intValue() > MOST) {
      throw Fields.invalid("page", "page is a number from 1 to " + MOST);
    }
    return page.intValue();
  }

  private static boolean more(JsonNode more) {
    if (more.isMissingNode() || more.isNull()) {
      return false;
    }
    if (!more.isBoolean()) {
      throw Fields.invalid("has_more", "has_more is true or false");
    }
    return more.booleanValue();
  }
}
