package dev.drover.engine.start;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads every setting once, before anything starts. A wrong one ends the start, with its name, its
 * value and what is allowed; all wrong ones are told together.
 */
public final class SettingsCheck {
  private static final Pattern FROM_ENVIRONMENT = Pattern.compile("\\$\\{([A-Z_]+):(.*)}");
  private static final Set<String> OTHER_NAMES =
      Set.of(
          "DROVER_HOME",
          "DROVER_TRACE",
          "DROVER_TOWER_PORT",
          "DROVER_STEP_LOG",
          "DROVER_PROFILE",
          "DROVER_MANAGEMENT_PORT");
  private static final String KEYS = "DROVER_KEY_";
  private static final int LETTERS = 3;

  private final String process;
  private final Map<String, String> defaults;
  private final UnaryOperator<String> values;
  private final Set<String> required = new TreeSet<>();
  private final Map<String, SettingKind> kinds = new HashMap<>();
  private final Map<String, String> retired = new TreeMap<>();

  /**
   * A check of one process.
   *
   * @param process its name, such as {@code central}
   * @param defaults each setting with its default as it is written, placeholders included
   * @param values gives the value of a setting, null when it has none
   */
  public SettingsCheck(String process, Map<String, String> defaults, UnaryOperator<String> values) {
    this.process = process;
    this.defaults = Map.copyOf(defaults);
    this.values = values;
  }

  /** These settings must have a value; the others may be left out. */
  public SettingsCheck require(String... names) {
    required.addAll(List.of(names));
    return this;
  }

  /** This setting is a list of such names, and not an empty one. */
  public SettingsCheck oneOf(String name, Set<String> allowed) {
    kinds.put(name, SettingKind.oneOf(allowed.toArray(String[]::new)).list());
    return this;
  }

  /** This setting is not read any more; a start that is given it would not do what it says. */
  public SettingsCheck retired(String name, String instead) {
    retired.put(name, instead);
    return this;
  }

  /**
   * Refuses the start when a setting is not what it may be.
   *
   * @throws StartRefused with exit code 2 and a line for each wrong setting
   */
  public void run() {
    List<String> wrong = new ArrayList<>();
    new TreeSet<>(defaults.keySet()).forEach(name -> wrong(name).ifPresent(wrong::add));
    retired.forEach(
        (name, instead) -> {
          if (isSet(name)) {
            wrong.add(label(name, "") + " is not read any more: " + instead);
          }
        });
    for (String name : required) {
      if (!isSet(name)) {
        wrong.add(label(name, defaults.getOrDefault(name, "")) + " is not set; it has no default");
      }
    }
    if (wrong.isEmpty()) {
      pairs(wrong);
      TlsFiles.trustStore(
              System.getProperty("javax.net.ssl.trustStore"),
              System.getProperty("javax.net.ssl.trustStorePassword"),
              System.getProperty("javax.net.ssl.trustStoreType"))
          .ifPresent(wrong::add);
    }
    if (!wrong.isEmpty()) {
      throw new StartRefused(StartRefused.WRONG_SETTING, String.join("; ", wrong));
    }
  }

  private Optional<String> wrong(String name) {
    String written = defaults.get(name);
    SettingKind kind =
        name.equals("spring.profiles.active")
            ? SettingKind.oneOf("dev", "production")
            : kinds.getOrDefault(name, SettingKinds.of(process, name, plain(written)));
    String value;
    try {
      value = values.apply(name);
    } catch (IllegalArgumentException e) {
      return Optional.of(label(name, written) + " cannot be read: " + e.getMessage());
    }
    boolean right;
    try {
      right = value == null || kind.accepts().test(value.strip());
    } catch (IllegalArgumentException e) {
      right = false;
    }
    return right
        ? Optional.empty()
        : Optional.of(
            label(name, written)
                + " is \""
                + hidden(name, value)
                + "\"; allowed is "
                + kind.allowed());
  }

  /** A certificate without its key opens no port, and a key alone would mean a plain one. */
  private void pairs(List<String> wrong) {
    for (String name : defaults.keySet()) {
      if (name.endsWith(".tls.certificate")) {
        String key = name.replace(".certificate", ".key");
        if (isSet(name) != isSet(key)) {
          wrong.add(
              label(name, defaults.get(name))
                  + " and "
                  + label(key, defaults.getOrDefault(key, ""))
                  + " go together, and only one is set");
        } else if (isSet(name)) {
          TlsFiles.wrong(
                  label(name, defaults.get(name)),
                  Path.of(values.apply(name).strip()),
                  label(key, defaults.getOrDefault(key, "")),
                  Path.of(values.apply(key).strip()))
              .ifPresent(wrong::add);
        }
      }
      if (name.endsWith(".tls.client-authority") && isSet(name)) {
        TlsFiles.wrong(label(name, defaults.get(name)), Path.of(values.apply(name).strip()))
            .ifPresent(wrong::add);
      }
    }
  }

  private boolean isSet(String name) {
    String value = values.apply(name);
    return value != null && !value.isBlank();
  }

  /**
   * Names that look like settings and are none: one sentence for all of them.
   *
   * @param given names of environment variables, and of settings in arguments and files
   * @param others settings of other processes, which may share the environment
   */
  public Optional<String> unknown(Set<String> given, Map<String, String> others) {
    Set<String> variables = new TreeSet<>(OTHER_NAMES);
    Set<String> settings = new TreeSet<>();
    for (Map<String, String> some : List.of(defaults, others)) {
      some.forEach(
          (name, written) -> {
            settings.add(name);
            variables.add(variable(name));
            variables.add(variable(name.replace("-", "")));
            Matcher named = FROM_ENVIRONMENT.matcher(written);
            if (named.matches()) {
              variables.add(named.group(1));
            }
          });
    }
    List<String> unknown = new ArrayList<>();
    for (String name : new TreeSet<>(given)) {
      if (name.startsWith("DROVER_") && !name.startsWith(KEYS) && !variables.contains(name)) {
        unknown.add(name + nearest(name, variables));
      } else if (name.startsWith("drover.") && !isSetting(name, settings)) {
        unknown.add(name + nearest(name, settings));
      }
    }
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of("Nothing reads these settings: " + String.join(", ", unknown));
  }

  private static boolean isSetting(String name, Set<String> settings) {
    // lists may be written name[0]; camel case is read as well as dashes
    String plain = uniform(name.replaceAll("\\[.*", ""));
    return settings.stream().anyMatch(setting -> uniform(setting).equals(plain))
        || plain.equals("drover.steplog");
  }

  private static String uniform(String name) {
    return name.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
  }

  private static String variable(String setting) {
    return setting.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
  }

  private static String nearest(String name, Set<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(one -> distance(one, name)))
        .filter(one -> distance(one, name) <= LETTERS)
        .map(one -> " (did you mean " + one + "?)")
        .orElse("");
  }

  /** The Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }

  /** How people write a setting: the variable, then the setting's own name. */
  private static String label(String name, String written) {
    Matcher named = FROM_ENVIRONMENT.matcher(written);
    return (named.matches() ? named.group(1) : variable(name)) + " (" + name + ")";
  }

  private static String plain(String written) {
    Matcher named = FROM_ENVIRONMENT.matcher(written);
    return named.matches() ? named.group(2) : written;
  }

  private static String hidden(String name, String value) {
    return name.endsWith("token") ? "…" : value.replaceAll("//[^/@]*@", "//…@");
  }
}
