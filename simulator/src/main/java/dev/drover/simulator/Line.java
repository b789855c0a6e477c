package dev.drover.simulator;

import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.NetSocketInternal;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The line between a mall and central, as a relay of bytes that can be cut for a while: its
 * connections are reset and new ones are refused, as when a router dies.
 */
public final class Line implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("protocol");
  private static final long LISTEN_AGAIN_MS = 1_000;
  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  private final Vertx vertx;
  private final String bind;
  private final int port;
  private final String host;
  private final int hostPort;
  private final Clock clock;
  private final Ticker ticker;
  private final NetClient client;
  private final Set<NetSocket> malls = ConcurrentHashMap.newKeySet();
  private NetServer server;
  private Future<Void> closed = Future.succeededFuture();
  private Tick until;
  private long timer = -1;

  /**
   * A line that does not listen yet.
   *
   * @param bind the address on which the mall finds it
   * @param port the port on which the mall finds it
   * @param central where it leads
   */
  public Line(Vertx vertx, String bind, int port, URI central, Clock clock, Ticker ticker) {
    this.vertx = vertx;
    this.bind = bind;
    this.port = port;
    this.host = central.getHost();
    int standard = "https".equals(central.getScheme()) ? HTTPS : HTTP;
    this.hostPort = central.getPort() < 0 ? standard : central.getPort();
    this.clock = clock;
    this.ticker = ticker;
    this.client = vertx.createNetClient();
  }

  /** Lets the mall connect; returns when it can. */
  public void open() {
    listen().toCompletionStage().toCompletableFuture().join();
  }

  private synchronized Future<NetServer> listen() {
    server = vertx.createNetServer().connectHandler(this::connect);
    return server.listen(port, bind);
  }

  /**
   * Cuts the line; it comes back by itself. While it is cut, this sets a new end.
   *
   * @return when it comes back
   */
  public synchronized Instant cut(Duration duration) {
    until = ticker.now().plus(duration);
    vertx.cancelTimer(timer);
    timer = vertx.setTimer(duration.toMillis(), this::mend);
    // before the server closes, which would end them in good order
    malls.forEach(Line::reset);
    if (server != null) {
      closed = server.close();
      server = null;
    }
    Instant end = clock.instant().plus(duration);
    LOG.atInfo().addKeyValue("event", "line_cut").log("the line to central is cut until {}", end);
    return end;
  }

  private synchronized void mend(long which) {
    // a later cut has a timer of its own
    if (which == timer) {
      closed
          .compose(done -> listen())
          .onSuccess(listening -> mended(which))
          .onFailure(
              error -> {
                LOG.warn("the line cannot listen on port {} yet: {}", port, error.getMessage());
                again(which);
              });
    }
  }

  private synchronized void mended(long which) {
    if (which == timer) {
      until = null;
      LOG.atInfo().addKeyValue("event", "line_back").log("the line to central is back");
    }
  }

  private synchronized void again(long which) {
    if (which == timer) {
      timer = vertx.setTimer(LISTEN_AGAIN_MS, this::mend);
    }
  }

  /** Whether nobody gets through. */
  public synchronized boolean isCut() {
    return until != null;
  }

  /** How long it stays cut; nothing when it is not. */
  public synchronized Duration left() {
    Duration left = until == null ? Duration.ZERO : until.since(ticker.now());
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** How many connections of the mall go through it. */
  public int connections() {
    return malls.size();
  }

  private void connect(NetSocket mall) {
    mall.pause();
    malls.add(mall);
    mall.closeHandler(gone -> malls.remove(mall));
    if (isCut()) {
      reset(mall);
      return;
    }
    client
        .connect(hostPort, host)
        .onSuccess(central -> join(mall, central))
        .onFailure(error -> reset(mall));
  }

  /** Under the same lock as a cut, so that no connection slips through one. */
  private synchronized void join(NetSocket mall, NetSocket central) {
    if (isCut() || !malls.contains(mall)) {
      reset(mall);
      central.close();
      return;
    }
    follow(mall, central);
    follow(central, mall);
  }

  /** An end of one side is passed on; a failure of a pipe means that its other side is closed. */
  private static void follow(NetSocket from, NetSocket to) {
    from.pipeTo(to).onFailure(error -> from.close());
  }

  /** Without the linger the peer gets a reset instead of an orderly end. */
  private static void reset(NetSocket socket) {
    Channel channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
    channel
        .eventLoop()
        .execute(
            () -> {
              if (channel.isOpen()) {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
                channel.close();
              }
            });
  }

  @Override
  public synchronized void close() {
    vertx.cancelTimer(timer);
    timer = -1;
    if (server != null) {
      server.close();
    }
    client.close();
  }
}
