package dev.drover.e2e.powercut;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Which names files have; what is open stays the same file under any name. */
final class Names {
  private final TreeMap<String, DiskFile> files = new TreeMap<>();
  private final Map<Long, DiskFile> open = new HashMap<>();

  Names(String root) {
    files.put(root, new DiskFile(true));
    // made before anything was acknowledged
    files.put(root + "/data", new DiskFile(true));
  }

  Map<String, DiskFile> all() {
    return files;
  }

  DiskFile at(String path) {
    return files.get(path);
  }

  DiskFile open(long handle) {
    return open.get(handle);
  }

  void opened(long handle, DiskFile file) {
    open.put(handle, file);
  }

  /** Carries out an operation on names; the given file is the one that is named. */
  void apply(Operation operation, DiskFile made) {
    String path = operation.path();
    switch (operation.kind()) {
      case OPEN, MKDIR -> files.put(path, made);
      case LINK -> files.put(operation.second(), made);
      case UNLINK -> files.remove(path);
      case RENAME -> rename(path, operation.second(), made);
      default -> throw new IllegalArgumentException("not about names: " + operation.kind());
    }
  }

  private void rename(String from, String to, DiskFile file) {
    files.remove(from);
    files.put(to, file);
    Map<String, DiskFile> below = files.subMap(from + "/", from + "0");
    Map<String, DiskFile> moved = new HashMap<>(below);
    below.clear();
    moved.forEach((path, one) -> files.put(to + path.substring(from.length()), one));
  }

  static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }
}
