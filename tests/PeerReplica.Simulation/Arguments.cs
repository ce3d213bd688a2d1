using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PeerReplica.Plants;

namespace PeerReplica.Simulation;

/// <summary>The command line.</summary>
internal sealed record Arguments(ulong First, ulong Last, int Threads, string? Plant, bool Logs, string Scenario, bool Signs)
{
    public const string Usage = "Usage: --seeds A..B [--scenario state|tickets|liar] [--threads N] [--plant BUG] [--signed yes] [--logs yes]   for example: --seeds 1..1000";

    /// <summary>What a replay needs besides the seed.</summary>
    public string Extra => (Scenario == "state" ? "" : $" --scenario {Scenario}") + (Plant is null ? "" : $" --plant {Plant}") + (Signs ? " --signed yes" : "");

    public ulong Count => Last - First + 1;

    public IEnumerable<ulong> Seeds
    {
        get
        {
            for (var i = 0UL; i < Count; i++) yield return First + i;
        }
    }

    public static bool TryParse(string[] args, [NotNullWhen(true)] out Arguments? arguments, out string fault)
    {
        arguments = null;
        fault = "--seeds A..B is missing.";
        var parsed = new Arguments(1, 0, Environment.ProcessorCount, null, false, "state", false);
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--seeds" when TryParseRange(value, out var first, out var last):
                    parsed = parsed with { First = first, Last = last };
                    break;
                case "--threads" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var threads) && threads is > 0 and <= 1024:
                    parsed = parsed with { Threads = threads };
                    break;
                case "--plant" when AllPlants.Names.Contains(value):
                    parsed = parsed with { Plant = value };
                    break;
                case "--scenario" when value is "state" or "tickets" or "liar":
                    parsed = parsed with { Scenario = value };
                    break;
                case "--signed" when value == "yes":
                    parsed = parsed with { Signs = true };
                    break;
                case "--logs" when value == "yes":
                    parsed = parsed with { Logs = true };
                    break;
                default:
                    fault = $"'{args[i]} {value}' is not understood.";
                    return false;
            }
        }

        if (parsed.Last < parsed.First) return false;
        arguments = parsed;
        return true;
    }

    private static bool TryParseRange(string text, out ulong first, out ulong last)
    {
        last = 0;
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        return ulong.TryParse(dots < 0 ? text : text[..dots], NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && ulong.TryParse(dots < 0 ? text : text[(dots + 2)..], NumberStyles.None, CultureInfo.InvariantCulture, out last)
            && first <= last && last - first < ulong.MaxValue;
    }
}
