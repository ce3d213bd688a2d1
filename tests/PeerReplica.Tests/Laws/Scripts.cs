using FsCheck;
using FsCheck.Fluent;

namespace PeerReplica.Tests.Laws;

/// <summary>Runs a law over generated scripts; a failure prints the smallest script that breaks it and the seed.</summary>
internal static class Scripts
{
    private const int Runs = 300;

    private static readonly Arbitrary<int[]> s_scripts = Arb.From(
        Gen.ArrayOf(Gen.Choose(0, int.MaxValue - 1)), script => ArbMap.Default.ArbFor<int[]>().Shrinker(script).Where(s => s.All(n => n >= 0)));

    public static void Check(Action<int[]> law) =>
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Runs).WithEndSize(120),
            Prop.ForAll(s_scripts, script =>
            {
                law(script);
                return true;
            }));
}
