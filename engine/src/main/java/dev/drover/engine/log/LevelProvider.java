package dev.drover.engine.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import net.logstash.logback.composite.AbstractJsonProvider;

/** The field {@code level}, with FATAL for lines that carry {@link ProtocolLog#FATAL}. */
public final class LevelProvider extends AbstractJsonProvider<ILoggingEvent> {
  @Override
  public void writeTo(JsonGenerator generator, ILoggingEvent event) throws IOException {
    boolean fatal =
        event.getMarkerList() != null && event.getMarkerList().contains(ProtocolLog.FATAL);
    generator.writeStringField("level", fatal ? "FATAL" : event.getLevel().toString());
  }
}
