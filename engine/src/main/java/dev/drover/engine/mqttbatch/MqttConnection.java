package dev.drover.engine.mqttbatch;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;

/**
 * Where a broker is and who connects.
 *
 * @param url {@code tcp://host:port} or {@code ssl://host:port}
 * @param user the user name; empty for none
 * @param password its password
 * @param clientPrefix what the client ids begin with: it must name this process among all that use
 *     the broker, for two clients with one id end each other's connection for ever
 */
public record MqttConnection(String url, String user, String password, String clientPrefix) {
  /** Checks that nothing is null. */
  public MqttConnection {
    Objects.requireNonNull(url, "url");
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(password, "password");
    Objects.requireNonNull(clientPrefix, "clientPrefix");
  }

  /**
   * A connection by one URL: {@code mqtt://user:password@host:port}, {@code mqtts://…}, or the
   * schemes of {@link #url()}.
   */
  public static MqttConnection of(String url, String clientPrefix) {
    URI uri = URI.create(url);
    boolean tls = Set.of("mqtts", "ssl").contains(uri.getScheme());
    int port = uri.getPort() < 0 ? (tls ? 8883 : 1883) : uri.getPort();
    String[] login = (uri.getUserInfo() == null ? "" : uri.getUserInfo()).split(":", 2);
    return new MqttConnection(
        (tls ? "ssl://" : "tcp://") + uri.getHost() + ":" + port,
        login[0],
        login.length == 2 ? login[1] : "",
        clientPrefix);
  }

  /** The options that are the same for readers and writers. */
  MqttConnectionOptions options() {
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setAutomaticReconnect(false);
    options.setConnectionTimeout(10);
    options.setKeepAliveInterval(30);
    if (!user.isEmpty()) {
      options.setUserName(user);
      options.setPassword(password.getBytes(StandardCharsets.UTF_8));
    }
    return options;
  }

  /** Leaves the password out, so that it does not reach a log. */
  @Override
  public String toString() {
    return "MqttConnection[url=" + url + ", user=" + user + ", clientPrefix=" + clientPrefix + "]";
  }
}
