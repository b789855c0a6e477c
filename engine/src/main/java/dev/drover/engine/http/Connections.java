package dev.drover.engine.http;

import dev.drover.engine.limit.ConnectionLimit;
import dev.drover.engine.limit.Refusals;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.LoggerFactory;

/**
 * The open connections of a port. It refuses those beyond the limits, and closes those on which no
 * request arrives in time. Thread-safe.
 */
final class Connections {

  /**
   * One connection, as the port sees it. Which request's body broke is known on its event loop
   * only.
   */
  static final class Peer {
    private final HttpConnection connection;
    private int requests;
    private boolean used;
    private boolean doomed;
    private int arrived;
    private int taken;
    private boolean broken;
    private Runnable onBreak;
    private long waitsSince = System.nanoTime();

    private Peer(HttpConnection connection) {
      this.connection = connection;
    }

    /** A request begins; the connection is no longer idle until it ends. */
    synchronized void begin() {
      requests++;
      used = true;
    }

    /** A request ended. */
    synchronized void end() {
      requests--;
      waitsSince = System.nanoTime();
    }

    /** Nothing more is answered on this connection: what follows may be hidden in a body. */
    synchronized void doom() {
      doomed = true;
    }

    /** Whether nothing more is answered. */
    synchronized boolean doomed() {
      return doomed;
    }

    /** The decoder has read the head of a request. */
    void arrived() {
      arrived++;
    }

    /** The port begins with the next of the requests that arrived. */
    void taken() {
      taken++;
      onBreak = null;
    }

    /** The body of the request that arrived last cannot be read; nothing can be read after it. */
    void bodyBroke() {
      broken = true;
      if (arrived == taken && onBreak != null) {
        onBreak.run();
      }
    }

    /** What to do when the body of the request that was taken last breaks, or when it has. */
    void onBreak(Runnable action) {
      onBreak = action;
      if (broken && arrived == taken) {
        action.run();
      }
    }

    private synchronized boolean late(long now, HttpLimits limits) {
      long patience = (used ? limits.idleTimeout() : limits.headTimeout()).toNanos();
      return requests == 0 && now - waitsSince > patience;
    }
  }

  private final HttpLimits limits;
  private final ConnectionLimit limit;
  private final Refusals refusals = new Refusals(LoggerFactory.getLogger(Connections.class));
  private final Map<HttpConnection, Peer> peers = new ConcurrentHashMap<>();

  Connections(HttpLimits limits) {
    this.limits = limits;
    this.limit = new ConnectionLimit(limits.maxConnections(), limits.maxConnectionsPerAddress());
  }

  /** A connection was opened: counts it, or closes it when it is one too many. */
  void opened(HttpConnection connection) {
    SocketAddress address = channel(connection).remoteAddress();
    if (!limit.tryOpen(address)) {
      refusals.add("a connection too many from " + address + " (drover.http.max-connections)");
      connection.close();
      return;
    }
    Peer peer = new Peer(connection);
    peers.put(connection, peer);
    ChannelHandlerContext decoder =
        channel(connection).pipeline().context(HttpRequestDecoder.class);
    if (decoder != null) {
      channel(connection).pipeline().addAfter(decoder.name(), null, new DecodedRequests(peer));
    }
    connection.closeHandler(
        gone -> {
          peers.remove(connection);
          limit.closed(address);
        });
  }

  /** The connection's record, or null when it was refused or is gone. */
  Peer peer(HttpConnection connection) {
    return peers.get(connection);
  }

  /**
   * Ends a connection now, whatever still waits for its reader: a close that is queued behind bytes
   * that nobody takes would never come.
   */
  static void cut(HttpConnection connection) {
    Channel channel = channel(connection);
    channel
        .eventLoop()
        .execute(
            () -> {
              if (channel.isOpen()) {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
                channel.pipeline().firstContext().close();
              }
            });
  }

  /** The only way to the channel: the web server's own connection class. */
  private static Channel channel(HttpConnection connection) {
    return ((ConnectionBase) connection).channel();
  }

  /** How many are open. */
  int open() {
    return limit.open();
  }

  /** Closes the connections on which no request arrived in time. */
  void closeLate() {
    long now = System.nanoTime();
    for (Peer peer : peers.values()) {
      if (peer.late(now, limits)) {
        cut(peer.connection);
      }
    }
  }
}
