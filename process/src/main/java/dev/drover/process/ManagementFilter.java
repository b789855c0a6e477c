package dev.drover.process;

import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.guard.ManagementGate;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import org.springframework.web.filter.OncePerRequestFilter;

/** The management port takes operators and admins only. */
public class ManagementFilter extends OncePerRequestFilter {
  private final ManagementGate gate;

  /** A filter that trusts the tokens of central. */
  public ManagementFilter(TokenVerifier tokens, Clock clock) {
    this.gate = new ManagementGate(tokens, clock);
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Optional<ManagementGate.Refusal> refusal = gate.refusal(request.getHeader("Authorization"));
    if (refusal.isEmpty()) {
      chain.doFilter(request, response);
      return;
    }
    response.setStatus(refusal.get().status());
    response.setContentType("application/json");
    response.getWriter().write(refusal.get().body());
  }
}
