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

  /**
   * The class archive of a child: beside the one that this process uses, and written when this
   * process writes its own. Without one of its own this process gives none to a child.
   *
   * @param own the JVM options of this process
   * @param name the file name of the child's archive
   */
  static List<String> archive(List<String> own, String name) {
    for (String option : own) {
      for (String use : List.of("-XX:SharedArchiveFile=", "-XX:ArchiveClassesAtExit=")) {
        if (option.startsWith(use)) {
          Path archive = Path.of(option.substring(use.length())).resolveSibling(name);
          String does =
              Files.exists(archive) ? "-XX:SharedArchiveFile=" : "-XX:ArchiveClassesAtExit=";
          return List.of(does + archive, "-Xlog:disable", "-Xlog:all=error:stderr");
        }
      }
    }
    return List.of();
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
