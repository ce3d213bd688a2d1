using System.Reflection;
using System.Runtime.Loader;

namespace PeerReplica.Simulation;

/// <summary>
/// The library with one plant active: its assembly with all plants, and the test assemblies over it, loaded apart from those that run. Static methods that take and give
/// plain values are called in it.
/// </summary>
public sealed class PlantedLibrary : AssemblyLoadContext
{
    private static readonly string[] s_own = ["PeerReplica.Testing", "PeerReplica.Simulation", "PeerReplica.Tests", "PeerReplica.SlowTests"];

    /// <param name="plant">The name of the plant; null: none is active.</param>
    public PlantedLibrary(string? plant)
        : base(plant ?? "no plant")
    {
        var planted = LoadFromAssemblyName(new AssemblyName("PeerReplica")).GetType("PeerReplica.Planted", throwOnError: true)!;
        planted.GetProperty("Active")!.SetValue(null, plant);
    }

    /// <summary>Whether this code runs over a library with plants.</summary>
    public static bool IsHere => typeof(IPeerReplica).Assembly.GetType("PeerReplica.Planted") is not null;

    private static string File { get; } = Path.Combine(AppContext.BaseDirectory, "planted", "PeerReplica.dll");

    /// <summary>Calls a static method of an assembly of tests over the planted library.</summary>
    public object? Call(Delegate method, params object?[] arguments)
    {
        var original = method.Method;
        var type = LoadFromAssemblyName(original.DeclaringType!.Assembly.GetName()).GetType(original.DeclaringType.FullName!, throwOnError: true)!;
        var copy = type.GetMethod(original.Name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!;
        return copy.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }

    protected override Assembly? Load(AssemblyName assemblyName) => assemblyName.Name == "PeerReplica" ? LoadFromAssemblyPath(File)
        : s_own.Contains(assemblyName.Name) ? LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, $"{assemblyName.Name}.dll"))
        : null;
}
