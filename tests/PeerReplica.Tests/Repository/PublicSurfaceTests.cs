using System.Reflection;

namespace PeerReplica.Tests.Repository;

/// <summary>The public surface is a text file, so that a change of it is seen in review.</summary>
public sealed class PublicSurfaceTests
{
    public static TheoryData<string> Assemblies => ["PeerReplica", "PeerReplica.AspNetCore", "PeerReplica.Testing"];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void The_public_surface_is_the_one_on_file(string assembly)
    {
        var path = SourceTree.PathOf("src", assembly, "PublicSurface.txt");
        var actual = string.Join('\n', Describe(Assembly.Load(assembly))) + '\n';
        if (Environment.GetEnvironmentVariable("PEERREPLICA_WRITE_SURFACE") == "1") File.WriteAllText(path, actual);
        Assert.Equal(File.ReadAllText(path), actual);
    }

    private static IEnumerable<string> Describe(Assembly assembly) => assembly.GetExportedTypes()
        .OrderBy(t => t.FullName, StringComparer.Ordinal)
        .SelectMany(type => new[] { $"{Kind(type)} {type}" }.Concat(Members(type).Order(StringComparer.Ordinal).Select(m => $"    {m}")));

    private static IEnumerable<string> Members(Type type) => type
        .GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(m => m switch
        {
            MethodBase method => (method.IsPublic || method.IsFamily) && !(method.IsSpecialName && method is MethodInfo && !method.Name.StartsWith("op_", StringComparison.Ordinal)),
            PropertyInfo property => property.GetAccessors().Length > 0,
            FieldInfo field => field.IsPublic && !field.IsSpecialName,
            _ => false,
        })
        .Select(m => m is PropertyInfo p ? $"{p} {{{(p.GetMethod is { IsPublic: true } ? " get;" : "")}{(p.SetMethod is { IsPublic: true } ? " set;" : "")} }}" : m.ToString()!);

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };
}
