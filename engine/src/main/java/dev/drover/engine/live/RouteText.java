package dev.drover.engine.live;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceSupport;

/**
 * A route file as it is to run, whatever lies on disk under its name.
 *
 * @param path where it lies, for messages; it ends in {@code .camel.yaml}
 */
public record RouteText(String path, String text) {
  Resource resource() {
    return new ResourceSupport("file", path) {
      @Override
      public boolean exists() {
        return true;
      }

      @Override
      public InputStream getInputStream() {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
      }
    };
  }
}
