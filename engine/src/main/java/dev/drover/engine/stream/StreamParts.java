package dev.drover.engine.stream;

import dev.drover.engine.events.EventHub;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.support.CamelContextHelper;

/** Finds the parts that stream endpoints share in the registry. */
public final class StreamParts {
  private StreamParts() {}

  /** The given hub, or the only one in the registry. */
  public static EventHub hub(CamelContext context, EventHub given) {
    return given != null
        ? given
        : CamelContextHelper.mandatoryFindSingleByType(context, EventHub.class);
  }

  /** The router of that name, or the only one in the registry. */
  public static VertxPlatformHttpRouter router(CamelContext context, String name) {
    if (name != null) {
      VertxPlatformHttpRouter router = VertxPlatformHttpRouter.lookup(context, name);
      if (router == null) {
        throw new IllegalArgumentException("no HTTP router named " + name);
      }
      return router;
    }
    Set<VertxPlatformHttpRouter> routers =
        context.getRegistry().findByType(VertxPlatformHttpRouter.class);
    if (routers.size() != 1) {
      throw new IllegalArgumentException(
          routers.size() + " HTTP routers in the registry: name one by the option router");
    }
    return routers.iterator().next();
  }

  /** A server path in the notation of the router: {@code {id}} becomes {@code :id}. */
  public static String path(String target) {
    String path = target.startsWith("/") ? target : "/" + target;
    return path.replaceAll("\\{([^/}]+)\\}", ":$1");
  }
}
