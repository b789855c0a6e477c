package dev.drover.engine.backbone;

import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.ServerConsumer;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;

/**
 * Keeps the messages of a client in the order in which it published them (MQTT 5, section 4.6).
 *
 * <p>Artemis puts a message into its queues when the disk has it, and writes it to a reader when
 * all is on the disk that was to go there before. What waits for the disk waits in order within one
 * operation context. Both happen on any thread of a pool and in the context of that thread, so that
 * messages overtake each other (ARTEMIS-6191). Here the context is the session's.
 *
 * <p>Artemis 2.55.0 sets the session's context when a client connects only; from 2.56.0 on it does
 * so around each packet (ARTEMIS-6189), which {@link #beforeSend} is for.
 */
final class PublishOrder implements ActiveMQServerMessagePlugin {
  private final ActiveMQServer broker;

  PublishOrder(ActiveMQServer broker) {
    this.broker = broker;
  }

  @Override
  public void beforeSend(
      ServerSession session,
      Transaction tx,
      Message message,
      boolean direct,
      boolean noAutoCreateQueue) {
    broker.getStorageManager().setContext(session.getSessionContext());
  }

  @Override
  public void beforeDeliver(ServerConsumer consumer, MessageReference reference) {
    ServerSession session = broker.getSessionByID(consumer.getSessionID());
    if (session != null) {
      broker.getStorageManager().setContext(session.getSessionContext());
    }
  }
}
