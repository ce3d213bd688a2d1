using System.Text;

namespace PeerReplica.Plants;

/// <summary>Every plant, and how the changed copy of the library is made.</summary>
public static class AllPlants
{
    public static IReadOnlyList<Plant> Of { get; } = [.. StatePlants.All, .. TicketPlants.All, .. NamePlants.All, .. MapPlants.All, .. LiarPlants.All];

    public static IEnumerable<string> Names => Of.Select(p => p.Name);

    /// <summary>What keeps plants from being made: text that is not there, or not once, and edits that overlap.</summary>
    public static IReadOnlyList<string> Check(string library) => Apply(library, null);

    /// <summary>Writes a copy of the library with every plant in it, each behind its switch. Returns what kept it from that.</summary>
    public static IReadOnlyList<string> Apply(string library, string? target)
    {
        var faults = new List<string>();
        var edits = Of.SelectMany(p => p.Edits, (p, e) => (Plant: p.Name, Edit: e)).ToLookup(e => e.Edit.File);
        var sources = Sources(library).ToArray();
        faults.AddRange(edits.Where(e => !sources.Contains(e.Key)).Select(e => $"{e.Key} does not exist"));
        foreach (var file in sources)
        {
            var text = File.ReadAllText(Path.Combine(library, file)).ReplaceLineEndings("\n");
            var changed = Change(text, edits[file], faults);
            if (target is null) continue;
            var path = Path.Combine(target, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, changed);
        }

        return faults;
    }

    private static string Change(string text, IEnumerable<(string Plant, PlantEdit Edit)> edits, List<string> faults)
    {
        var places = new List<(int At, string Plant, PlantEdit Edit)>();
        foreach (var (plant, edit) in edits)
        {
            var at = text.IndexOf(edit.Original, StringComparison.Ordinal);
            if (at < 0 || text.IndexOf(edit.Original, at + 1, StringComparison.Ordinal) >= 0)
                faults.Add($"{plant}: this text must occur exactly once in {edit.File}, adjust the plant: {edit.Original}");
            else places.Add((at, plant, edit));
        }

        places.Sort((a, b) => a.At.CompareTo(b.At));
        var changed = new StringBuilder();
        var end = 0;
        foreach (var (at, plant, edit) in places)
        {
            if (at < end)
            {
                faults.Add($"{plant}: its text in {edit.File} overlaps that of another plant: {edit.Original}");
                continue;
            }

            changed.Append(text, end, at - end);
            changed.Append(edit.Replacement.Replace("PLANTED", $"global::PeerReplica.Planted.Is(\"{plant}\")", StringComparison.Ordinal));
            end = at + edit.Original.Length;
        }

        return changed.Append(text, end, text.Length - end).ToString();
    }

    private static IEnumerable<string> Sources(string library) => Directory.EnumerateFiles(library, "*.cs", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(library, f).Replace('\\', '/'))
        .Where(f => !f.StartsWith("obj/", StringComparison.Ordinal) && !f.StartsWith("bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);
}
