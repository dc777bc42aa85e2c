package skypost.mail.auth.spf;

import java.util.List;

/** Text with macros in it (RFC 7208 section 7). */
record MacroString(List<Part> parts) {
  MacroString {
    parts = List.copyOf(parts);
  }

  sealed interface Part {
    record Literal(String text) implements Part {}

    /** What {@code %%}, {@code %_} or {@code %-} stands for. */
    record Escape(String text) implements Part {}

    /**
     * A macro.
     *
     * @param letter in lower case
     * @param escaped whether it was in upper case: its value is then escaped as in a URL
     * @param keep how many parts from the right are kept
     * @param reversed whether the parts are put in reverse order before
     * @param delimiters what stands between parts
     */
    record Macro(char letter, boolean escaped, int keep, boolean reversed, String delimiters)
        implements Part {}
  }
}
