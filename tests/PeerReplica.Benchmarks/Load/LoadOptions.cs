using System.Diagnostics.CodeAnalysis;
using PeerReplica.Benchmarks.Load.Parts;

namespace PeerReplica.Benchmarks.Load;

/// <summary>What the load program is told on its command line.</summary>
internal sealed record LoadOptions(bool IsSmoke, IReadOnlyList<ILoadPart> Parts, string? PlotFolder)
{
    /// <summary>In the order in which they run.</summary>
    private static readonly ILoadPart[] s_all =
    [
        new Propagation(), new Majority(), new Throughput(), new ValueSizes(), new ReplicaCounts(), new HotCounter(), new Join(), new CatchUp(), new Memory(), new Collectors(), new Idle(), new Products(),
        new Encrypted(),
    ];

    public static string Usage => $"""
        load [--only PART,PART...] [--plots FOLDER] [--smoke]
          --only    these parts only, of:
        {string.Join('\n', s_all.Select(p => $"              {p.Name,-12} {p.Summary}"))}
          --plots   writes the plots of the parts that ran, as SVG, into the folder
          --smoke   everything once and small, to see that it runs; the numbers mean nothing
        """;

    public static bool TryParse(string[] words, bool isSmoke, [NotNullWhen(true)] out LoadOptions? options, [NotNullWhen(false)] out string? fault)
    {
        options = null;
        IReadOnlyList<ILoadPart> parts = s_all;
        string? folder = null;
        for (var i = 0; i < words.Length; i += 2)
        {
            fault = (words[i], i + 1 < words.Length) switch
            {
                ("--only", true) => TryParts(words[i + 1], out parts),
                ("--plots", true) => null,
                ("--only" or "--plots", false) => $"{words[i]} needs a value.",
                _ => $"'{words[i]}' is no option.",
            };
            if (fault is not null) return false;
            if (words[i] == "--plots") folder = words[i + 1];
        }

        fault = null;
        options = new(isSmoke, parts, folder);
        return true;
    }

    private static string? TryParts(string list, out IReadOnlyList<ILoadPart> parts)
    {
        var names = list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        parts = [.. s_all.Where(p => names.Contains(p.Name))];
        var unknown = names.Except(s_all.Select(p => p.Name)).FirstOrDefault();
        return unknown is not null ? $"'{unknown}' is no part." : names.Length == 0 ? "--only names no part." : null;
    }
}
