package dev.drover.engine.guard;

import dev.drover.engine.crypto.Principal;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import io.vertx.core.net.SocketAddress;
import org.apache.camel.Exchange;

/** Where the guards leave what they found, for later guards and for the operation itself. */
public final class Guards {
  /** Exchange property: the {@link Principal} that the caller has proven to be. */
  public static final String PRINCIPAL = "DroverPrincipal";

  private static final String REMOTE_ADDRESS = "CamelVertxPlatformHttpRemoteAddress";

  private Guards() {}

  /**
   * The authenticated caller.
   *
   * @throws ProtocolException AUTH_TOKEN_MISSING when no guard has authenticated the exchange
   */
  public static Principal caller(Exchange exchange) {
    Principal principal = exchange.getProperty(PRINCIPAL, Principal.class);
    if (principal == null) {
      throw new ProtocolException(ErrorCode.AUTH_TOKEN_MISSING, "A bearer token is needed");
    }
    return principal;
  }

  /** The address that the request came from, without the port. */
  public static String address(Exchange exchange) {
    SocketAddress address = exchange.getMessage().getHeader(REMOTE_ADDRESS, SocketAddress.class);
    return address == null ? "unknown" : String.valueOf(address.hostAddress());
  }
}
