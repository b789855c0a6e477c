package dev.drover.engine.live;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.RouteConfigurationsBuilder;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.PluginHelper;

/** Makes Camel's models of route files, and keeps the context's route configurations. */
final class RouteModels {
  private final CamelContext context;
  private final Model model;

  RouteModels(CamelContext context) {
    this.context = context;
    this.model = context.getCamelContextExtension().getContextPlugin(Model.class);
  }

  /** The routes of these ids, ready to be added; a model serves once. */
  Map<String, RouteDefinition> routes(List<RouteText> texts, Set<String> ids) throws Exception {
    Map<String, RouteDefinition> found = new LinkedHashMap<>();
    for (RoutesBuilder builder : builders(texts)) {
      RouteBuilder routes = (RouteBuilder) builder;
      routes.configureRoutes(context);
      for (RouteDefinition route : routes.getRouteCollection().getRoutes()) {
        if (ids.contains(route.getRouteId())) {
          routes.getRouteCollection().prepareRoute(route);
          route.markPrepared();
          found.put(route.getRouteId(), route);
        }
      }
    }
    return found;
  }

  /** Lets the configurations of these ids be as the texts have them, or be gone. */
  void configure(List<RouteText> texts, Set<String> ids) throws Exception {
    if (ids.isEmpty()) {
      return;
    }
    List<RouteConfigurationDefinition> old = new ArrayList<>();
    for (RouteConfigurationDefinition each : model.getRouteConfigurationDefinitions()) {
      if (ids.contains(each.getId())) {
        old.add(each);
      }
    }
    for (RouteConfigurationDefinition each : old) {
      model.removeRouteConfiguration(each);
    }
    for (RoutesBuilder builder : builders(texts)) {
      ((RouteConfigurationsBuilder) builder).updateRouteConfigurationsToCamelContext(context);
    }
  }

  private List<RoutesBuilder> builders(List<RouteText> texts) throws Exception {
    return List.copyOf(
        PluginHelper.getRoutesLoader(context)
            .findRoutesBuilders(texts.stream().map(RouteText::resource).toList()));
  }
}
