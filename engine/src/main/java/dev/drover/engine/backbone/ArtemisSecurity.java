package dev.drover.engine.backbone;

import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.Subject;
import org.apache.activemq.artemis.core.config.WildcardConfiguration;
import org.apache.activemq.artemis.core.protocol.mqtt.MQTTUtil;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyConnection;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager5;
import org.apache.activemq.artemis.spi.core.security.jaas.UserPrincipal;
import org.apache.activemq.artemis.utils.CertificateUtil;

/** Asks the authoriser where Artemis asks for users and roles. */
final class ArtemisSecurity implements ActiveMQSecurityManager5 {
  private final MqttAuthoriser authoriser;
  private final WildcardConfiguration wildcards;

  ArtemisSecurity(MqttAuthoriser authoriser, WildcardConfiguration wildcards) {
    this.authoriser = authoriser;
    this.wildcards = wildcards;
  }

  /** Carries the authoriser's own identity through Artemis, which knows users by name only. */
  private record Identity(Principal it, String clientId) implements Principal {
    @Override
    public String getName() {
      return it.getName();
    }
  }

  @Override
  public Subject authenticate(
      String user, String password, RemotingConnection connection, String securityDomain) {
    if (connection == null) {
      return null;
    }
    // Artemis asks again for every message; who a connection is does not change.
    if (connection.getSubject() != null) {
      return connection.getSubject();
    }
    X509Certificate[] chain = CertificateUtil.getCertsFromConnection(connection);
    MqttLogin login =
        new MqttLogin(
            Optional.ofNullable(user),
            Optional.ofNullable(password),
            connection.getClientID() == null ? "" : connection.getClientID(),
            chain == null || chain.length == 0 ? Optional.empty() : Optional.of(chain[0]));
    Optional<Principal> identity = authoriser.authenticate(login);
    identity.ifPresent(who -> admit(connection, who));
    return identity.map(who -> subject(who, login.clientId())).orElse(null);
  }

  /** Tells the port how large this client's packets may be. */
  private void admit(RemotingConnection connection, Principal identity) {
    if (connection.getTransportConnection() instanceof NettyConnection transport) {
      MqttPeer peer = transport.getChannel().attr(MqttPeer.KEY).get();
      if (peer != null) {
        peer.admit(authoriser.maxPacketBytes(identity, peer.maxBytes()));
      }
    }
  }

  private static Subject subject(Principal identity, String clientId) {
    return new Subject(
        true,
        Set.of(new UserPrincipal(identity.getName()), new Identity(identity, clientId)),
        Set.of(),
        Set.of());
  }

  @Override
  public boolean authorize(Subject subject, Set<Role> roles, CheckType check, String address) {
    Optional<Identity> identity =
        subject == null
            ? Optional.empty()
            : subject.getPrincipals(Identity.class).stream().findFirst();
    if (identity.isEmpty() || address.startsWith("$") || address.startsWith("activemq.")) {
      return false;
    }
    Principal who = identity.get().it();
    // what is asked is an address, or the queue of a session at it
    int mark = address.indexOf(QueueNameGuard.QUEUE_MARK);
    String name = mark < 0 ? address : address.substring(0, mark);
    if (mark >= 0
        && !address
            .substring(mark + QueueNameGuard.QUEUE_MARK.length())
            .equals(identity.get().clientId() + "." + name)) {
      return false;
    }
    String topic = MQTTUtil.getMqttTopicFromCoreAddress(name, wildcards);
    return switch (check) {
      case SEND -> authoriser.allows(who, topic, MqttAction.PUBLISH);
      case CONSUME,
          BROWSE,
          CREATE_DURABLE_QUEUE,
          DELETE_DURABLE_QUEUE,
          CREATE_NON_DURABLE_QUEUE,
          DELETE_NON_DURABLE_QUEUE ->
          authoriser.allows(who, topic, MqttAction.SUBSCRIBE);
      case CREATE_ADDRESS ->
          authoriser.allows(who, topic, MqttAction.PUBLISH)
              || authoriser.allows(who, topic, MqttAction.SUBSCRIBE);
      case DELETE_ADDRESS, MANAGE, VIEW, EDIT -> false;
    };
  }

  /** Never the way in: Artemis calls {@link #authenticate} on a manager of this version. */
  @Override
  public boolean validateUser(String user, String password) {
    return false;
  }

  /** Never the way in: Artemis calls {@link #authorize} on a manager of this version. */
  @Override
  public boolean validateUserAndRole(
      String user, String password, Set<Role> roles, CheckType checkType) {
    return false;
  }
}
