package dev.drover.e2e.keys;

import dev.drover.e2e.harness.Api;
import java.io.IOException;

/**
 * A POST under a key that is sent as it was, however often.
 *
 * @param operation its name in the contract
 * @param signature of the body, or null
 * @param status what it is answered when it is done
 * @param done a part of the answer that says so
 */
record Post(
    String operation,
    String path,
    String token,
    String body,
    String signature,
    String key,
    int status,
    String done) {

  /** What the key of a request begins with that a test holds inside central. */
  static final String HELD = "held-";

  boolean held() {
    return key.startsWith(HELD);
  }

  /** Sends it; a lost connection is an IOException. */
  Api.Answer send(Api api) throws IOException {
    Api.Call call = api.call("POST", path).token(token).json(body).header("X-Idempotency-Key", key);
    return (signature == null ? call : call.header("X-Signature", signature)).trySend();
  }
}
