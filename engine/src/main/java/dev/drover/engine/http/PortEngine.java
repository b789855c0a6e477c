package dev.drover.engine.http;

import io.vertx.core.WorkerExecutor;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;

/** The Vert.x engine of platform-http with consumers that hold no more than they may. */
final class PortEngine extends VertxPlatformHttpEngine {
  private final String routerName;
  private final Answers answers;
  private final WorkerExecutor reserve;

  /** An engine whose consumers run what the contract reserves threads for on these. */
  PortEngine(String routerName, Answers answers, WorkerExecutor reserve) {
    this.routerName = routerName;
    this.reserve = reserve;
    this.answers = answers;
  }

  @Override
  public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
    return new PortConsumer(endpoint, processor, getHandlers(), routerName, answers, reserve);
  }
}
