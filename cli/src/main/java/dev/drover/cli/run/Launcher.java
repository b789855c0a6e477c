package dev.drover.cli.run;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Starts a service as a child process in a session of its own. */
public final class Launcher {
  private final State state;
  private final String java;

  /** Starts children with the given java executable. */
  public Launcher(State state, String java) {
    this.state = state;
    this.java = java;
  }

  /** Starts the service, writes its pid file, and sends its output to its console log. */
  public Process start(Service service) throws IOException, InterruptedException {
    Path console = state.console(service.name());
    Files.createDirectories(console.getParent());
    List<String> command = new ArrayList<>();
    // in a session of its own a child does not see the terminal's Ctrl-C or hang-up: it is us who
    // stop the children, one after the other
    findOnPath("setsid").or(() -> findOnPath("nohup")).ifPresent(command::add);
    command.add(java);
    command.add("@" + service.options());
    command.addAll(UnpackedJar.of(java, service.jar()).arguments(true));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.to(console.toFile()));
    builder.environment().keySet().removeAll(Services.OWN);
    builder.environment().putAll(service.environment());
    Process process = builder.start();
    new PidFile(state.pidFile(service.name())).write(process.toHandle());
    return process;
  }

  private static Optional<String> findOnPath(String name) {
    for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      Path file = Path.of(directory, name);
      if (Files.isExecutable(file)) {
        return Optional.of(file.toString());
      }
    }
    return Optional.empty();
  }
}
