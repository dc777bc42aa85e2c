package skypost.mail.settings;

/**
 * An environment variable, documented where it is declared; {@code --help} and the README list what
 * is declared.
 *
 * @param key such as {@code SKYPOST_HOSTNAME}
 * @param meaning one line for a person
 * @param fallback the value when it is not set; empty: none
 */
public record Setting(String key, String meaning, String fallback) {}
