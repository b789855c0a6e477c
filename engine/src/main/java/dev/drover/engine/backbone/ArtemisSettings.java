package dev.drover.engine.backbone;

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
    // By default it takes nothing more, and says nothing, when the disk is used to 90 %: of a disk
    // of 1 TB that is with 100 GB free. It needs room for two files of its journal.
    c.setMaxDiskUsage(-1);
    c.setMinDiskFree(8L * MIB);
    c.setDiskScanPeriod(1_000);
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
    // it never binds: MqttDoor does, and hands it the connections
    t.put(TransportConstants.HTTP_UPGRADE_ENABLED_PROP_NAME, true);
    t.put(TransportConstants.REMOTING_THREADS_PROPNAME, 1);
    return t;
  }

  private static Map<String, Object> mqtt(ArtemisConfig config) {
    Map<String, Object> m = new HashMap<>();
    // names that a client may have kept for it are memory
    m.put("topicAliasMaximum", 0);
    m.put("defaultMqttSessionExpiryInterval", Math.toIntExact(config.sessionExpiry().toSeconds()));
    return m;
  }
}
