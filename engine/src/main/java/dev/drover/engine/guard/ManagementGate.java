package dev.drover.engine.guard;

import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.proto.ErrorBody;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.time.Clock;
import java.util.Set;
import java.util.UUID;

/** Who may use a management port: operators and admins of all entities. */
public final class ManagementGate {
  /** A refusal: the HTTP status and the error body of document 1, section 9.1. */
  public record Refusal(int status, String body) {}

  private static final Set<Role> ROLES = Set.of(Role.OPERATOR, Role.ADMIN);
  private static final String SCHEME = "Bearer ";

  private final TokenVerifier tokens;
  private final Clock clock;

  /** A gate that trusts the tokens that this verifier accepts. */
  public ManagementGate(TokenVerifier tokens, Clock clock) {
    this.tokens = tokens;
    this.clock = clock;
  }

  /**
   * Decides about a request.
   *
   * @param authorization its header, or null
   * @return who asks
   * @throws ProtocolException AUTH_TOKEN_MISSING, FORBIDDEN, or what the verifier throws
   */
  public Principal caller(String authorization) {
    if (authorization == null || !authorization.startsWith(SCHEME)) {
      throw new ProtocolException(ErrorCode.AUTH_TOKEN_MISSING, "A bearer token is needed");
    }
    Principal caller = tokens.verify(authorization.substring(SCHEME.length()));
    if (!ROLES.contains(caller.role()) || !caller.entityId().equals(Grant.EVERY_ENTITY)) {
      throw new ProtocolException(ErrorCode.FORBIDDEN, "For operators and admins of all entities");
    }
    return caller;
  }

  /** How a request is refused. */
  public Refusal refusal(ProtocolException error) {
    String body = ErrorBody.render(error, clock.instant(), UUID.randomUUID().toString());
    return new Refusal(error.code().status(), body);
  }
}
