package dev.drover.engine.backbone;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/** Builds the command line of a child JVM that runs a class of this very application. */
final class ChildCommand {
  private static final String LOADER = "org.springframework.boot.loader";
  private static final String LAUNCHER = LOADER + ".launch.PropertiesLauncher";

  private ChildCommand() {}

  /**
   * The command for a main class.
   *
   * @param classPath class path of this process: a plain one, or one runnable jar of the ZIP layout
   */
  static List<String> of(
      String classPath, Class<?> mainClass, List<String> jvmOptions, List<String> args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    if (isRunnableJar(classPath)) {
      command.add("-Dloader.main=" + mainClass.getName());
      command.addAll(List.of("-cp", classPath, LAUNCHER));
    } else {
      command.addAll(List.of("-cp", classPath, mainClass.getName()));
    }
    command.addAll(args);
    return command;
  }

  private static boolean isRunnableJar(String classPath) {
    if (classPath.contains(File.pathSeparator)
        || !classPath.endsWith(".jar")
        || !Files.isRegularFile(Path.of(classPath))) {
      return false;
    }
    try (JarFile jar = new JarFile(classPath)) {
      Manifest manifest = jar.getManifest();
      String main =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
      return main != null && main.startsWith(LOADER);
    } catch (IOException e) {
      return false;
    }
  }
}
