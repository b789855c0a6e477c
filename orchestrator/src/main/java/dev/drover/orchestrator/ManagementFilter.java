package dev.drover.orchestrator;

import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.proto.ErrorBody;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** The management port takes operators and admins only. */
@Component
public class ManagementFilter extends OncePerRequestFilter {
  private static final Set<Role> ROLES = Set.of(Role.OPERATOR, Role.ADMIN);
  private static final String SCHEME = "Bearer ";

  private final TokenVerifier tokens;
  private final Clock clock;

  /** A filter that trusts the tokens of central. */
  public ManagementFilter(TokenVerifier tokens, Clock clock) {
    this.tokens = tokens;
    this.clock = clock;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      Principal caller = tokens.verify(token(request));
      if (!ROLES.contains(caller.role()) || !caller.entityId().equals("*")) {
        throw new ProtocolException(
            ErrorCode.FORBIDDEN, "For operators and admins of all entities");
      }
    } catch (ProtocolException e) {
      response.setStatus(e.code().status());
      response.setContentType("application/json");
      String requestId = UUID.randomUUID().toString();
      response.getWriter().write(ErrorBody.render(e, clock.instant(), requestId));
      return;
    }
    chain.doFilter(request, response);
  }

  private static String token(HttpServletRequest request) {
    String header = request.getHeader("Authorization");
    if (header == null || !header.startsWith(SCHEME)) {
      throw new ProtocolException(ErrorCode.AUTH_TOKEN_MISSING, "A bearer token is needed");
    }
    return header.substring(SCHEME.length());
  }
}
