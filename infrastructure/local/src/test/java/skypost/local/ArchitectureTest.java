package skypost.local;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The walls of DESIGN: what may know what. */
@AnalyzeClasses(packages = "skypost", importOptions = ArchitectureTest.WithoutTests.class)
class ArchitectureTest {
  /** Leaves out test classes, also those that come in test jars. */
  static final class WithoutTests implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/test-classes/") && !location.contains("-tests.jar");
    }
  }

  @ArchTest
  static final ArchRule PROTOCOL_STANDS_ON_THE_JDK_ALONE =
      classes()
          .that()
          .resideInAPackage("skypost.protocol..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "javax..", "skypost.protocol..");

  @ArchTest
  static final ArchRule MAIL_KNOWS_NO_AWS =
      noClasses()
          .that()
          .resideInAPackage("skypost.mail..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("software.amazon..", "com.amazonaws..", "skypost.aws..");

  @ArchTest
  static final ArchRule SDK_TYPES_STOP_AT_AWS =
      noClasses()
          .that(
              resideInAnyPackage("skypost..")
                  .and(
                      com.tngtech.archunit.base.DescribedPredicate.not(
                          resideInAnyPackage("skypost.aws..", "skypost.local.."))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon..");

  @ArchTest
  static final ArchRule LAMBDA_TYPES_STOP_AT_THE_HANDLERS =
      noClasses()
          .that()
          .resideInAnyPackage("skypost.mail..", "skypost.aws..", "skypost.smtp..", "skypost.pop3..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.amazonaws..");

  @ArchTest
  static final ArchRule HANDLERS_ARE_NAMED_AFTER_THEIR_FUNCTION =
      classes()
          .that()
          .implement(RequestStreamHandler.class)
          .should()
          .haveSimpleNameEndingWith("Handler")
          .andShould()
          .resideInAnyPackage(
              "skypost.authorize",
              "skypost.receive",
              "skypost.report",
              "skypost.send",
              "skypost.transfer",
              "skypost.api");

  @ArchTest
  static final ArchRule FUNCTIONS_AND_CONTAINERS_DO_NOT_KNOW_EACH_OTHER =
      slices()
          .matching("skypost.(authorize|receive|send|transfer|api|smtp|pop3)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule NO_CYCLES_IN_PROTOCOL =
      slices().matching("skypost.protocol.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NO_CYCLES_IN_MAIL =
      slices().matching("skypost.mail.(*)..").should().beFreeOfCycles();
}
