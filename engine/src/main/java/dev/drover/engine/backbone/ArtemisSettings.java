package dev.drover.engine.backbone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.utils.critical.CriticalAnalyzerPolicy;

/** The settings of the mall's broker: every acknowledged message is on disk, little memory. */
final class ArtemisSettings {
  static final String PLAIN = "mqtt";
  static final String TLS = "mqtts";
  private static final int MIB = 1 << 20;

  private ArtemisSettings() {}

  static Configuration of(ArtemisConfig config) {
    Path dir = config.dataDir();
    ConfigurationImpl c = new ConfigurationImpl();
    c.setName("drover");
    c.setPersistenceEnabled(true);
    c.setJournalDirectory(dir.resolve("journal").toString());
    c.setBindingsDirectory(dir.resolve("bindings").toString());
    c.setPagingDirectory(dir.resolve("paging").toString());
    c.setLargeMessagesDirectory(dir.resolve("large").toString());
    c.setJournalType(JournalType.NIO);
    c.setJournalDatasync(true);
    c.setJournalSyncTransactional(true);
    c.setJournalSyncNonTransactional(true);
    c.setJournalFileSize(4 * MIB);
    c.setJournalMinFiles(2);
    c.setJournalPoolFiles(4);
    // A directory that another process holds is an error, not a reason to wait for ever.
    c.setJournalLockAcquisitionTimeout(5_000);
    // How long a sync waits for company; the default of 3.3 ms is the whole latency of a message.
    c.setJournalBufferTimeout_NIO(500_000);
    // What is beyond waits in files.
    c.setGlobalMaxSize(Math.min(32L * MIB, Runtime.getRuntime().maxMemory() / 8));
    c.setThreadPoolMaxSize(8);
    c.setScheduledThreadPoolMaxSize(2);
    c.setJMXManagementEnabled(false);
    // A broker inside an application must not halt the application.
    c.setCriticalAnalyzerPolicy(CriticalAnalyzerPolicy.LOG);
    c.setSecurityEnabled(true);
    // Its caches know a caller by user name only; the authoriser decides by client and certificate.
    c.setAuthenticationCacheSize(0);
    c.setAuthorizationCacheSize(0);
    c.addAddressSetting("#", addresses());
    c.addAcceptorConfiguration(
        new TransportConfiguration(
            NettyAcceptorFactory.class.getName(),
            transport(config.host(), config.port()),
            PLAIN,
            mqtt(config)));
    config
        .tls()
        .ifPresent(
            tls ->
                c.addAcceptorConfiguration(
                    new TransportConfiguration(
                        NettyAcceptorFactory.class.getName(),
                        tlsTransport(config, tls),
                        TLS,
                        mqtt(config))));
    return c;
  }

  private static AddressSettings addresses() {
    AddressSettings a = new AddressSettings();
    a.setAutoCreateAddresses(true);
    a.setAutoCreateQueues(true);
    a.setAutoDeleteAddresses(false);
    a.setAutoDeleteQueues(false);
    a.setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE);
    a.setPageSizeBytes(2 * MIB);
    // Nothing goes there; without names Artemis warns at each queue of each start.
    a.setDeadLetterAddress(SimpleString.of("drover.undeliverable"));
    a.setExpiryAddress(SimpleString.of("drover.expired"));
    // The default drops a message after ten attempts.
    a.setMaxDeliveryAttempts(-1);
    return a;
  }

  private static Map<String, Object> transport(String host, int port) {
    Map<String, Object> t = new HashMap<>();
    t.put(TransportConstants.HOST_PROP_NAME, host);
    t.put(TransportConstants.PORT_PROP_NAME, port);
    t.put(TransportConstants.PROTOCOLS_PROP_NAME, "MQTT");
    t.put(TransportConstants.REMOTING_THREADS_PROPNAME, 2);
    return t;
  }

  private static Map<String, Object> tlsTransport(ArtemisConfig config, MqttTls tls) {
    Map<String, Object> t = transport(tls.host(), tls.port());
    t.put(TransportConstants.SSL_ENABLED_PROP_NAME, true);
    t.put(TransportConstants.ENABLED_PROTOCOLS_PROP_NAME, "TLSv1.3");
    t.put(TransportConstants.KEYSTORE_TYPE_PROP_NAME, "PEMCFG");
    t.put(TransportConstants.KEYSTORE_PATH_PROP_NAME, pemFiles(config.dataDir(), tls).toString());
    tls.clientAuthority()
        .ifPresent(
            authority -> {
              t.put(TransportConstants.TRUSTSTORE_TYPE_PROP_NAME, "PEMCA");
              t.put(TransportConstants.TRUSTSTORE_PATH_PROP_NAME, authority.toString());
              t.put(
                  tls.clientsMust()
                      ? TransportConstants.NEED_CLIENT_AUTH_PROP_NAME
                      : TransportConstants.WANT_CLIENT_AUTH_PROP_NAME,
                  true);
            });
    return t;
  }

  /** Artemis takes a certificate and a key of two files by a third one that names them. */
  private static Path pemFiles(Path dir, MqttTls tls) {
    Path file = dir.resolve("tls.pemcfg");
    try {
      Files.createDirectories(dir);
      Files.writeString(
          file,
          "source.key=%s%nsource.cert=%s%n"
              .formatted(tls.key().toAbsolutePath(), tls.certificate().toAbsolutePath()));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> mqtt(ArtemisConfig config) {
    Map<String, Object> m = new HashMap<>();
    m.put("defaultMqttSessionExpiryInterval", Math.toIntExact(config.sessionExpiry().toSeconds()));
    return m;
  }
}
