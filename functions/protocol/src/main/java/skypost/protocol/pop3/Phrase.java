package skypost.protocol.pop3;

import java.util.List;

/**
 * What a reply may say, in every {@link Language}. {@code {0}} is the first value; {@code
 * {0:message|messages}} is one word or the other, as that value is 1 or not.
 */
enum Phrase {
  /** Nothing but a value, which is the same in all languages. */
  VALUE("{0}", "{0}"),

  READY("{0} Skypost POP3 ready", "{0} Skypost POP3 就绪"),
  SIGNING_OFF("Skypost signing off", "Skypost 再见"),
  SIGNING_OFF_LEFT(
      "Skypost signing off, {0} {0:message|messages} left", "Skypost 再见，邮箱中剩余 {0} 封邮件"),
  CAPABILITIES("capabilities follow", "功能列表如下"),
  LANGUAGES("languages follow", "语言列表如下"),
  LANGUAGE_CHANGED("{0} language changed", "{0} 语言已更改"),
  NO_SUCH_LANGUAGE("no such language", "没有这种语言"),
  UTF8_ON("UTF-8 from now on", "现在使用 UTF-8"),
  UTF8_TOO_LATE("too late for UTF8", "登录后不能再用 UTF8"),
  NEEDS_UTF8("this message needs UTF8", "此邮件需要先使用 UTF8 命令"),

  SEND_PASS("send PASS", "请发送 PASS"),
  SEND_USER("send USER first", "请先发送 USER"),
  MECHANISMS("mechanisms follow", "认证机制列表如下"),
  UNKNOWN_MECHANISM("unknown mechanism", "未知的认证机制"),
  WRONG_LOGIN("wrong name or password", "用户名或密码错误"),
  LOG_IN_FIRST("log in first", "请先登录"),
  LOGGED_IN("you are logged in", "您已登录"),
  NOT_BASE64("not base64", "不是有效的 base64"),
  CANCELLED("authentication cancelled", "认证已取消"),
  RESPONSE_TOO_LONG("response too long", "应答过长"),
  NEEDS_STLS("a password needs STLS here", "在此发送密码前须先使用 STLS"),
  NEEDS_TLS("a password needs TLS here", "在此发送密码须使用 TLS"),
  BEGIN_TLS("begin TLS", "请开始 TLS"),
  TLS_ON("TLS is on already", "TLS 已启用"),
  NO_TLS("TLS is not available", "TLS 不可用"),
  STLS_TOO_LATE("too late for STLS", "登录后不能再用 STLS"),

  IN_MAILDROP("{0} {0:message|messages} ({1} octets) in the maildrop", "邮箱中有 {0} 封邮件，共 {1} 字节"),
  TOTALS("{0} {0:message|messages} ({1} octets)", "{0} 封邮件，共 {1} 字节"),
  LISTED("{0} {0:message|messages}", "{0} 封邮件"),
  OCTETS("{0} octets", "{0} 字节"),
  TOP_FOLLOWS("top of message follows", "邮件开头如下"),
  DELETED("message {0} deleted", "邮件 {0} 已删除"),
  IS_DELETED("message {0} is deleted", "邮件 {0} 已被删除"),
  NO_SUCH_MESSAGE("no such message", "没有这封邮件"),
  NOT_REMOVED("some deleted messages not removed", "部分已删除的邮件未能移除"),
  IN_USE("another session has this maildrop", "另一个会话正在使用此邮箱"),
  TAKEN_OVER("another session has taken this maildrop over", "另一个会话已接管此邮箱"),
  OVERTAKEN("messages were removed by another session; log in again", "另一个会话移除了邮件，请重新登录"),
  CONTENT_LOST("the content of this message is lost", "此邮件的内容已丢失"),
  UNREADABLE("the message cannot be read now", "暂时无法读取此邮件"),
  UNAVAILABLE("not available now, try again later", "暂时不可用，请稍后再试"),
  BUSY("too many connections, try again later", "连接过多，请稍后再试"),
  GOING_DOWN("the server is going down", "服务器即将关闭"),

  UNKNOWN_COMMAND("unknown command", "未知命令"),
  TOO_MANY_BAD("too many bad commands", "错误命令过多"),
  LINE_TOO_LONG("line too long", "命令行过长"),
  BARE_LINE_END("lines end with CRLF", "命令行须以 CRLF 结尾"),
  CONTROL_CHARACTERS("control characters are not allowed", "不允许使用控制字符"),
  NO_ARGUMENT("{0} takes no argument", "{0} 不带参数"),
  NEEDS_NAME("USER needs a name", "USER 需要用户名"),
  NEEDS_PASSWORD("PASS needs a password", "PASS 需要密码"),
  NEEDS_NUMBER("{0} needs a message number", "{0} 需要邮件编号"),
  TOP_NEEDS("TOP needs a message number and a number of lines", "TOP 需要邮件编号和行数"),
  AUTH_NEEDS("AUTH takes a mechanism and an initial response", "AUTH 的参数为认证机制和初始应答"),
  LANG_NEEDS("LANG takes one language tag", "LANG 只带一个语言标签");

  private final String english;
  private final String chinese;

  Phrase(String english, String chinese) {
    this.english = english;
    this.chinese = chinese;
  }

  /** The phrase with its values. */
  String in(Language language, List<String> values) {
    String template =
        switch (language) {
          case ENGLISH -> english;
          case CHINESE -> chinese;
        };
    if (template.indexOf('{') < 0) {
      return template;
    }
    StringBuilder text = new StringBuilder(template.length() + 16);
    int done = 0;
    for (int open; (open = template.indexOf('{', done)) >= 0; ) {
      int close = template.indexOf('}', open);
      text.append(template, done, open).append(value(template.substring(open + 1, close), values));
      done = close + 1;
    }
    return text.append(template, done, template.length()).toString();
  }

  private static String value(String placeholder, List<String> values) {
    String value = values.get(placeholder.charAt(0) - '0');
    if (placeholder.length() == 1) {
      return value;
    }
    int bar = placeholder.indexOf('|');
    return value.equals("1") ? placeholder.substring(2, bar) : placeholder.substring(bar + 1);
  }
}
