package skypost.local.bench;

import java.io.IOException;
import skypost.local.BenchMail;

/**
 * SendFunction in a process of its own.
 *
 * @param name in the table
 * @param child of {@link BenchSend}
 */
record FunctionSender(String name, ChildJvm child) implements Sender {
  @Override
  public ProcessTree processes() {
    return child.tree();
  }

  @Override
  public boolean isJava() {
    return true;
  }

  @Override
  public void prepare(BenchMail mail) throws IOException, InterruptedException {
    child.ask("prepare %d %d %d".formatted(mail.messages(), mail.size(), mail.destinations()));
  }

  @Override
  public void send() throws IOException, InterruptedException {
    child.ask("send");
  }

  @Override
  public String costs() throws IOException, InterruptedException {
    return child.ask("costs");
  }

  @Override
  public void close() {
    child.close();
  }
}
