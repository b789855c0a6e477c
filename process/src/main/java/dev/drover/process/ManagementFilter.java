package dev.drover.process;

import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.guard.ManagementGate;
import dev.drover.proto.ProtocolException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import org.springframework.web.filter.OncePerRequestFilter;

/** The management port takes operators and admins only. */
public class ManagementFilter extends OncePerRequestFilter {
  /** Request attribute: the subject of the caller's token. */
  static final String CALLER = "drover.caller";

  private final ManagementGate gate;

  /** A filter that trusts the tokens of central. */
  public ManagementFilter(TokenVerifier tokens, Clock clock) {
    this.gate = new ManagementGate(tokens, clock);
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      request.setAttribute(CALLER, gate.caller(request.getHeader("Authorization")).subject());
    } catch (ProtocolException e) {
      ManagementGate.Refusal refusal = gate.refusal(e);
      response.setStatus(refusal.status());
      response.setContentType("application/json");
      response.getWriter().write(refusal.body());
      return;
    }
    chain.doFilter(request, response);
  }
}
