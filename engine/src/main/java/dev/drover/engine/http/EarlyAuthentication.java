package dev.drover.engine.http;

import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.guard.Authenticator;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Refuses from the headers, before a byte of the body is read, who has no valid token for an
 * operation whose contract asks for one. It is the net before the guards of the flows, which still
 * decide: it lets through whatever it does not refuse, and tells them nothing.
 */
final class EarlyAuthentication {
  private final Optional<TokenVerifier> tokens;

  EarlyAuthentication(Optional<TokenVerifier> tokens) {
    this.tokens = tokens;
  }

  /**
   * Calls one of the two on the event loop; a token that is not known yet is verified on a worker,
   * and the request waits meanwhile.
   */
  void check(
      RoutingContext ctx,
      Contract.Operation operation,
      Runnable accepted,
      Consumer<ProtocolException> refused) {
    try {
      if (lacksProof(ctx.request(), operation)) {
        throw new ProtocolException(
            ErrorCode.AUTH_INVALID_SIGNATURE, "Send " + String.join(", ", operation.proofs()));
      }
      if (!operation.bearer() || tokens.isEmpty()) {
        accepted.run();
        return;
      }
      String parameter =
          operation.tokenParameter().map(name -> ctx.queryParams().get(name)).orElse(null);
      String token = Authenticator.token(ctx.request().getHeader("Authorization"), parameter);
      if (tokens.get().known(token).isPresent()) {
        accepted.run();
      } else {
        verify(ctx, token, accepted, refused);
      }
    } catch (ProtocolException e) {
      refused.accept(e);
    }
  }

  /** A caller with a token instead of a proof is told by the flow that a token is not enough. */
  private static boolean lacksProof(HttpServerRequest request, Contract.Operation operation) {
    return request.getHeader("Authorization") == null
        && operation.proofs().stream()
            .anyMatch(name -> request.getHeader(name) == null || request.getHeader(name).isBlank());
  }

  private void verify(
      RoutingContext ctx, String token, Runnable accepted, Consumer<ProtocolException> refused) {
    ctx.request().pause();
    ctx.vertx()
        .executeBlocking(() -> tokens.get().verify(token), false)
        .onComplete(
            done -> {
              if (done.succeeded()) {
                accepted.run();
              } else if (done.cause() instanceof ProtocolException known) {
                refused.accept(known);
              } else {
                ctx.fail(done.cause());
              }
            });
  }
}
