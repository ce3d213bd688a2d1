namespace PeerReplica.Hosting.Codecs;

/// <summary>Types that are no data, whatever the serializer: they stand for something that exists in one process only.</summary>
internal static class UnserializableTypes
{
    private static readonly Type[] s_bases =
    [
        typeof(Delegate), typeof(Task), typeof(Stream), typeof(WaitHandle), typeof(Thread), typeof(CancellationTokenSource),
        typeof(System.Reflection.MemberInfo), typeof(System.Reflection.Assembly), typeof(System.Linq.Expressions.Expression),
        typeof(System.Runtime.InteropServices.SafeHandle), typeof(TextReader), typeof(TextWriter),
    ];

    private static readonly Type[] s_exact =
        [typeof(IntPtr), typeof(UIntPtr), typeof(CancellationToken), typeof(ValueTask), typeof(IServiceProvider), typeof(Lock), typeof(WeakReference)];

    private static readonly Type[] s_open =
        [typeof(ValueTask<>), typeof(Lazy<>), typeof(WeakReference<>), typeof(IAsyncEnumerable<>), typeof(IEnumerator<>), typeof(IAsyncEnumerator<>), typeof(IQueryable<>)];

    /// <summary>Why a type, or a part of it that its name shows, cannot be replicated; null if it may.</summary>
    public static string? FaultOf(Type type)
    {
        if (type.IsPointer || type.IsByRefLike || type.IsFunctionPointer) return Fault(type);
        if (type.HasElementType) return FaultOf(type.GetElementType()!);
        if (Array.Exists(s_bases, b => b.IsAssignableFrom(type)) || Array.IndexOf(s_exact, type) >= 0) return Fault(type);
        if (!type.IsGenericType) return null;
        if (Array.IndexOf(s_open, type.GetGenericTypeDefinition()) >= 0) return Fault(type);
        return type.GetGenericArguments().Select(FaultOf).FirstOrDefault(f => f is not null);
    }

    private static string Fault(Type type) => $"{TypeNames.Of(type)} is no data: it exists in one process only. Store what it stands for, such as a name or a number.";
}
