/** The sign of the console in the tabs of a browser, which would else ask the site of the domain for one. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<rect width="16" height="16" rx="3" fill="#1f5f8b"/>
<path d="M3 5h10M3 8h10M3 11h6" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/>
</svg>
`
