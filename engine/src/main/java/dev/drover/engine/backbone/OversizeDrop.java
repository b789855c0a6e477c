package dev.drover.engine.backbone;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyConnection;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.LargeServerMessage;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.ServerConsumer;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops a stored message that is larger than its reader takes (MQTT 5, 3.1.2.11.4), counts it and
 * tells the log. Artemis would drop it too, without a word and only after it has the whole of it in
 * memory: a process with a small heap died of that at each start.
 */
final class OversizeDrop implements ActiveMQServerMessagePlugin {
  private static final Logger LOG = LoggerFactory.getLogger(OversizeDrop.class);

  private final ActiveMQServer broker;
  private final Set<Long> going = ConcurrentHashMap.newKeySet();
  private final AtomicLong dropped = new AtomicLong();

  OversizeDrop(ActiveMQServer broker) {
    this.broker = broker;
  }

  @Override
  public boolean canAccept(ServerConsumer consumer, MessageReference reference) {
    Message message = reference.getMessage();
    long size = size(message);
    if (size <= takes(consumer)) {
      return true;
    }
    Queue queue = consumer.getQueue();
    if (going.add(message.getMessageID())) {
      // not here: the queue is at work on its list
      queue.getExecutor().execute(() -> drop(queue, message.getMessageID(), size));
    }
    return false;
  }

  private void drop(Queue queue, long id, long size) {
    try {
      if (queue.deleteReference(id)) {
        dropped.incrementAndGet();
        LOG.warn(
            "a stored message of {} bytes to {} is dropped: its reader takes less ({} so far)",
            size,
            queue.getAddress(),
            dropped.get());
      }
    } catch (Exception e) {
      LOG.warn("a stored message of {} bytes to {} stays", size, queue.getAddress(), e);
    } finally {
      going.remove(id);
    }
  }

  private long takes(ServerConsumer consumer) {
    ServerSession session = broker.getSessionByID(consumer.getSessionID());
    if (session != null
        && session.getRemotingConnection() != null
        && session.getRemotingConnection().getTransportConnection()
            instanceof NettyConnection connection) {
      MqttPeer peer = connection.getChannel().attr(MqttPeer.KEY).get();
      return peer == null ? Long.MAX_VALUE : peer.takes();
    }
    return Long.MAX_VALUE;
  }

  private static long size(Message message) {
    try {
      return message instanceof LargeServerMessage large && message.isLargeMessage()
          ? large.getLargeBody().getBodySize()
          : message.getEncodeSize();
    } catch (Exception e) {
      LOG.warn("the size of a stored message is not known", e);
      return 0;
    }
  }

  /** How many were dropped since the start. */
  long dropped() {
    return dropped.get();
  }
}
