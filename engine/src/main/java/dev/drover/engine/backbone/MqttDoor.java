package dev.drover.engine.backbone;

import dev.drover.engine.limit.ByteBudget;
import dev.drover.engine.limit.ConnectionLimit;
import dev.drover.engine.limit.Refusals;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.artemis.core.protocol.mqtt.MQTTProtocolHandler;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;
import org.slf4j.LoggerFactory;

/**
 * The ports of the mall's broker. They are this process's own, and not Artemis', so that a
 * connection has shown a small CONNECT in time before Artemis spends anything on it.
 */
final class MqttDoor implements AutoCloseable {
  /** Where Artemis looks for the certificate of a client. */
  private static final String SSL = "ssl";

  private static final int THREADS = 2;

  private final NettyAcceptor broker;
  private final MqttLimits limits;
  private final ByteBudget budget;
  private final ConnectionLimit connections;
  private final AtomicInteger waiting = new AtomicInteger();
  private final Refusals refusals = new Refusals(LoggerFactory.getLogger(MqttDoor.class));
  private final List<Channel> listening = new ArrayList<>();
  private final EventLoopGroup loops =
      new NioEventLoopGroup(THREADS, new DefaultThreadFactory("mqtt-door", true));

  MqttDoor(NettyAcceptor broker, MqttLimits limits, ByteBudget budget) {
    this.broker = broker;
    this.limits = limits;
    this.budget = budget;
    this.connections = new ConnectionLimit(limits.connections(), limits.connectionsPerAddress());
  }

  /**
   * Listens on the ports of the configuration.
   *
   * @throws IllegalStateException when a port is taken or the certificate cannot be used
   */
  void listen(ArtemisConfig config) {
    SslContext ssl = config.tls().map(MqttDoor::sslContext).orElse(null);
    bind(config.host(), config.port(), null);
    config.tls().ifPresent(tls -> bind(tls.host(), tls.port(), ssl));
  }

  private void bind(String host, int port, SslContext ssl) {
    InetSocketAddress address = new InetSocketAddress(host, port);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel, ssl);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IllegalStateException("cannot listen for MQTT on " + address, bound.cause());
    }
    listening.add(bound.channel());
  }

  private void accept(Channel channel, SslContext ssl) {
    SocketAddress from = channel.remoteAddress();
    if (!connections.tryOpen(from)) {
      refusals.add("a connection from " + from + ": too many are open");
      channel.close();
      return;
    }
    channel.closeFuture().addListener(closed -> connections.closed(from));
    MqttPeer peer = new MqttPeer(limits.packetBytes());
    channel.attr(MqttPeer.KEY).set(peer);
    if (waiting.incrementAndGet() > limits.waiting()) {
      waiting.decrementAndGet();
      refusals.add("a connection from " + from + ": too many have not logged in");
      channel.close();
      return;
    }
    if (ssl != null) {
      SslHandler handler = ssl.newHandler(channel.alloc());
      handler.setHandshakeTimeout(limits.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
      channel.pipeline().addLast(SSL, handler);
    }
    Entry entry = new Entry(peer);
    channel.pipeline().addLast("gate", entry.gate);
  }

  /** What the gate of one connection does with the broker. */
  private final class Entry implements MqttGate.Door {
    private final MqttPeer peer;
    private final MqttGate gate;

    Entry(MqttPeer peer) {
      this.peer = peer;
      this.gate = new MqttGate(peer, limits, budget, this);
    }

    @Override
    public void open(ChannelHandlerContext at) {
      broker.transfer(at.channel());
    }

    @Override
    public void guard(ChannelHandlerContext at) {
      at.pipeline()
          .addBefore(
              at.pipeline().context(MQTTProtocolHandler.class).name(),
              "flow",
              new MqttFlow(peer, gate, at, budget));
    }

    @Override
    public void refused(String what) {
      refusals.add(what);
    }

    @Override
    public void settled() {
      waiting.decrementAndGet();
    }
  }

  private static SslContext sslContext(MqttTls tls) {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forServer(tls.certificate().toFile(), tls.key().toFile())
              .sslProvider(SslProvider.JDK)
              .protocols("TLSv1.3");
      if (tls.clientAuthority().isPresent()) {
        Path authority = tls.clientAuthority().get();
        builder
            .trustManager(authority.toFile())
            .clientAuth(tls.clientsMust() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
      }
      return builder.build();
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalStateException("cannot use the certificate " + tls.certificate(), e);
    }
  }

  /** What was refused since the start: connections, packets and messages. */
  long refused() {
    return refusals.count();
  }

  /** Takes no new connection. */
  void stopListening() {
    listening.forEach(channel -> channel.close().awaitUninterruptibly());
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
