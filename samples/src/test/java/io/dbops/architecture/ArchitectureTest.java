package io.dbops.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.Predefined;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The rules of the design that a machine can check, read from the class files of all modules. The reasons are in
 * {@code docs/design.md}. Each rule has a planted fault in {@code faults/architecture-*.patch}.
 *
 * <p>A module is recognised by its packages, not by its jar, so that a class in a wrong package is a fault as well.
 */
class ArchitectureTest {
    private static final Pattern API = Pattern.compile("io\\.dbops|io\\.dbops\\.(dialect|tx|time)(\\..+)?");

    private static final Map<String, Pattern> FEATURES = Map.of(
            "pool", Pattern.compile("io\\.dbops\\.pool(\\..+)?"),
            "routing", Pattern.compile("io\\.dbops\\.(routing|retry)(\\..+)?"),
            "health", Pattern.compile("io\\.dbops\\.(health|maintenance)(\\..+)?"),
            "backup", Pattern.compile("io\\.dbops\\.backup(\\..+)?"));

    private static final Pattern FIXTURES = Pattern.compile("io\\.dbops\\.test(\\..+)?");

    private static final Pattern SAMPLES = Pattern.compile("io\\.dbops\\.samples(\\..+)?");

    /** The fewest classes that must be seen of a module: a rule that saw nothing is green, too. Raised as modules grow. */
    private static final Map<String, Integer> AT_LEAST =
            Map.of("api", 40, "pool", 4, "routing", 40, "test", 30, "samples", 1);

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.dbops");

    /** What applications run: the API and the features. */
    private static final JavaClasses LIBRARY =
            ALL.that(describe("are in the library", type -> isApi(type) || isFeature(type)));

    /** What is published: the library and the fixtures. */
    private static final JavaClasses PUBLISHED =
            ALL.that(describe("are published", type -> !moduleOf(type).equals("samples")));

    @Test
    void rulesSeeTheClassesOfEveryModule() {
        Map<String, Long> seen = ALL.stream().collect(groupingBy(ArchitectureTest::moduleOf, TreeMap::new, counting()));

        AT_LEAST.forEach((module, least) -> assertThat(seen)
                .hasEntrySatisfying(
                        module,
                        count -> assertThat(count)
                                .as("classes seen of %s", module)
                                .isGreaterThanOrEqualTo(least)));
    }

    @Test
    void everyPackageBelongsToAModule() {
        assertThat(ALL)
                .filteredOn(type -> moduleOf(type).equals("none"))
                .as("classes in packages that no rule knows")
                .isEmpty();
    }

    @Test
    void featuresDoNotDependOnEachOther() {
        slices().assignedFrom(slicedBy("feature", ArchitectureTest::featureOf))
                .should()
                .notDependOnEachOther()
                .because("each feature also works alone; what two must agree on is a contract in the API")
                .check(LIBRARY);
    }

    @Test
    void apiDependsOnNoFeature() {
        noClasses()
                .that(describe("are in the API", ArchitectureTest::isApi))
                .should()
                .dependOnClassesThat(describe("are in a feature", ArchitectureTest::isFeature))
                .check(ALL);
    }

    @Test
    void libraryDependsOnNoFixtureOrSample() {
        noClasses()
                .should()
                .dependOnClassesThat(
                        describe("are fixtures or samples", type -> is(FIXTURES, type) || is(SAMPLES, type)))
                .check(LIBRARY);
    }

    @Test
    void packagesFormNoCycle() {
        slices().assignedFrom(slicedBy("package", JavaClass::getPackageName))
                .should()
                .beFreeOfCycles()
                .check(ALL);
    }

    @Test
    void publicClassesAreNotOpenToExtension() {
        classes()
                .that()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .and(not(describe(
                        "are package-info",
                        (JavaClass type) -> type.getSimpleName().equals("package-info"))))
                .should(beClosed())
                .because("whoever extends a class relies on how it is written")
                .check(PUBLISHED);
    }

    @Test
    void onlyTheClockReadsTimeOrSleeps() {
        DescribedPredicate<JavaClass> clock = describe(
                "are the clock", type -> outermost(type).getSimpleName().matches("SystemClock.*"));

        noClasses()
                .that(not(clock))
                .should()
                .accessTargetWhere(describe("it reads the system's time or sleeps", ArchitectureTest::isTimeOrSleep))
                .because("a test that cannot set the time must wait for it")
                .check(LIBRARY);
        assertThat(LIBRARY.that(clock).stream().map(ArchitectureTest::outermost).distinct())
                .as("classes that may read the time")
                .hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void onlyProductsAndTheConnectionWrapperMakeStatements() {
        DescribedPredicate<JavaClass> mayMakeStatements = describe(
                "are named after a product or wrap connections",
                type -> outermost(type).getSimpleName().matches("(Postgres|MySql|MariaDb).*")
                        || type.getPackageName().equals("io.dbops.routing.jdbc")
                        || type.isAssignableTo(Connection.class));

        noClasses()
                .that(not(mayMakeStatements))
                .should()
                .accessTargetWhere(describe(
                        "it makes a statement",
                        access -> access.getTargetOwner().isAssignableTo(Connection.class)
                                && Set.of("createStatement", "prepareStatement", "prepareCall")
                                        .contains(access.getName())))
                .because("database knowledge is in one class per product; logic never writes SQL")
                .check(LIBRARY);
    }

    @Test
    void packagesAreNullMarked() {
        assertThat(ALL.stream().map(JavaClass::getPackage).distinct())
                .filteredOn(type -> !isNullMarked(type))
                .extracting(JavaPackage::getName)
                .as("packages without @NullMarked in package-info.java")
                .isEmpty();
    }

    @Test
    void nothingIsPrinted() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(LIBRARY);
    }

    @Test
    void loggingIsSlf4j() {
        noClasses()
                .should()
                .accessTargetWhere(targetIn("java.util.logging"))
                .because("DataSource names the type java.util.logging.Logger, but nothing here logs to one")
                .check(LIBRARY);
    }

    @Test
    void exceptionsAreSpecific() {
        NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS.check(LIBRARY);
    }

    @Test
    void staticsDoNotChange() {
        fields().that()
                .areStatic()
                .and(not(describe(
                        "are synthetic",
                        (JavaField field) -> field.getModifiers().contains(JavaModifier.SYNTHETIC))))
                .should()
                .beFinal()
                .andShould()
                .notHaveRawType(describe("holds state that changes", ArchitectureTest::holdsState))
                .because("two instances in one process must not know each other")
                .check(LIBRARY);
    }

    @Test
    void nothingIsLookedUp() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(java.util.ServiceLoader.class)
                .because("features are arguments of the builder")
                .check(LIBRARY);
    }

    @Test
    void nothingIsReflective() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect")
                .orShould()
                .accessTargetWhere(describe(
                        "it looks into a class",
                        access -> access.getTargetOwner().isEquivalentTo(Class.class)
                                && access.getName()
                                        .matches("forName|newInstance|get(Declared)?"
                                                + "(Method|Field|Constructor|Class|RecordComponent)s?")))
                .check(LIBRARY);
    }

    @Test
    void methodsAreNotSynchronized() {
        noMethods()
                .should()
                .haveModifier(JavaModifier.SYNCHRONIZED)
                .because("a virtual thread that blocks in one keeps its carrier; synchronized blocks are for review")
                .check(LIBRARY);
    }

    private static boolean isApi(JavaClass type) {
        return is(API, type);
    }

    private static boolean isFeature(JavaClass type) {
        return FEATURES.values().stream().anyMatch(packages -> is(packages, type));
    }

    private static String featureOf(JavaClass type) {
        return FEATURES.entrySet().stream()
                .filter(feature -> is(feature.getValue(), type))
                .map(Map.Entry::getKey)
                .findAny()
                .orElse("");
    }

    private static String moduleOf(JavaClass type) {
        if (isApi(type)) {
            return "api";
        }
        if (isFeature(type)) {
            return featureOf(type);
        }
        if (is(FIXTURES, type)) {
            return "test";
        }
        return is(SAMPLES, type) ? "samples" : "none";
    }

    private static boolean is(Pattern packages, JavaClass type) {
        return packages.matcher(type.getPackageName()).matches();
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }

    private static boolean isNullMarked(JavaPackage type) {
        return type.tryGetPackageInfo().isPresent()
                && type.tryGetPackageInfo().get().isAnnotatedWith("org.jspecify.annotations.NullMarked");
    }

    private static boolean isTimeOrSleep(JavaAccess<?> access) {
        String call = access.getTargetOwner().getName() + "." + access.getName();
        return List.of(
                        "java\\.lang\\.System\\.(nanoTime|currentTimeMillis)",
                        "java\\.lang\\.Thread\\.sleep",
                        "java\\.util\\.concurrent\\.TimeUnit\\.sleep",
                        "java\\.time\\.\\w+\\.now",
                        "java\\.time\\.Clock\\.(system\\w*|tick\\w+)",
                        "java\\.util\\.Date\\.<init>")
                .stream()
                .anyMatch(call::matches);
    }

    private static boolean holdsState(JavaClass type) {
        return !type.isEnum()
                && (type.getPackageName().startsWith("java.util.concurrent")
                        || type.isAssignableTo(ThreadLocal.class)
                        || type.isAssignableTo(java.util.Random.class));
    }

    private static DescribedPredicate<JavaAccess<?>> targetIn(String name) {
        return describe(
                "its target is in " + name,
                access -> access.getTargetOwner().getPackageName().equals(name));
    }

    /** Final, a record, an enum, an interface, an annotation, sealed, or an exception. */
    private static ArchCondition<JavaClass> beClosed() {
        Predicate<JavaClass> closed = type -> type.getModifiers().contains(JavaModifier.FINAL)
                || type.isRecord()
                || type.isEnum()
                || type.isInterface()
                || type.isAssignableTo(Throwable.class)
                || type.reflect().isSealed();
        return new ArchCondition<>("be final, a record, an enum, an interface, sealed or an exception") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                events.add(new SimpleConditionEvent(
                        type, closed.test(type), type.getName() + " can be extended by anybody"));
            }
        };
    }

    /** Slices by a name; a class whose name is empty is in no slice. */
    private static SliceAssignment slicedBy(String description, java.util.function.Function<JavaClass, String> name) {
        return new SliceAssignment() {
            @Override
            public String getDescription() {
                return description;
            }

            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                String slice = name.apply(type);
                return slice.isEmpty() ? SliceIdentifier.ignore() : SliceIdentifier.of(slice);
            }
        };
    }
}
