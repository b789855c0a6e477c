package dev.drover.e2e.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.Api;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;

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

  private static final Duration PATIENCE = Duration.ofMinutes(4);

  /** What the key of a request begins with that a test holds inside central. */
  static final String HELD = "held-";

  boolean held() {
    return key.startsWith(HELD);
  }

  /** Sends it; it must be done. */
  Api.Answer sendDone(Api api) throws IOException {
    return assertDone(send(api));
  }

  private Api.Answer assertDone(Api.Answer answer) {
    assertThat(answer.status()).as(operation + " " + answer).isEqualTo(status);
    assertThat(answer.body()).as(operation).contains(done);
    return answer;
  }

  /** Repeats it until the claim of a process that is gone or stands has ended; it must be done. */
  Api.Answer repeatDone(Api api) {
    AtomicReference<Api.Answer> answer = new AtomicReference<>();
    Awaitility.await(operation)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              answer.set(send(api));
              return answer.get().status() != 409
                  || !answer.get().code().equals("REQUEST_IN_PROGRESS");
            });
    return assertDone(answer.get());
  }

  /** Sends it again; the stored answer must be this one. */
  void assertReplayed(Api api, Api.Answer first) throws IOException {
    assertStored(first, send(api));
  }

  /** An answer must be the stored one. */
  void assertStored(Api.Answer first, Api.Answer again) {
    assertThat(again.body()).as(operation).isEqualTo(first.body());
    assertThat(again.status()).as(operation).isEqualTo(first.status());
    assertThat(again.header("Idempotency-Replayed")).as(operation).isEqualTo("true");
  }

  /** Sends it; a lost connection is an IOException. */
  Api.Answer send(Api api) throws IOException {
    Api.Call call = api.call("POST", path).token(token).json(body).header("X-Idempotency-Key", key);
    return (signature == null ? call : call.header("X-Signature", signature)).trySend();
  }
}
