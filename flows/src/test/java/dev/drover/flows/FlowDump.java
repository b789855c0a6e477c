package dev.drover.flows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.NamedNode;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.spi.ModelToXMLDumper;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * Loads one file with Camel's YAML loader into a context that never starts, and dumps the model
 * that Camel has made of it.
 */
final class FlowDump {

  private FlowDump() {}

  /** Returns the model of a route file or a Kamelet as XML. */
  static String dump(Path file) throws Exception {
    String name = file.getFileName().toString();
    try (DefaultCamelContext context = new DefaultCamelContext(false)) {
      context.build();
      PluginHelper.getRoutesLoader(context)
          .loadRoutes(ResourceHelper.fromString(name, Files.readString(file)));
      Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
      ModelToXMLDumper dumper = PluginHelper.getModelToXMLDumper(context);
      StringBuilder dump = new StringBuilder();
      for (NamedNode definition : definitions(model)) {
        dump.append(dumper.dumpModelAsXml(context, definition, false, false, false));
        dump.append('\n');
      }
      // The loader resolves this placeholder; a dump must be the same in every checkout.
      return dump.toString().replace(System.getProperty("drover.home", "\0"), "{{drover.home}}");
    }
  }

  private static List<NamedNode> definitions(Model model) throws IOException {
    List<NamedNode> all = new ArrayList<>();
    all.addAll(model.getRouteConfigurationDefinitions());
    all.addAll(model.getRestDefinitions());
    all.addAll(model.getRouteDefinitions());
    all.addAll(model.getRouteTemplateDefinitions());
    return all;
  }
}
